#include "agent/workers/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "agent/workers/message_json.h"
#include "base/process/subprocess.h"
#include "base/status_macros.h"
#include "proto/border.h"

namespace fastest::agent {
namespace {

constexpr size_t kChunkBytes = 64 << 10;
// Of a dead worker's pipe: a process that the worker has left behind may go on filling it.
constexpr size_t kLastBytes = 4 << 20;
// Of the output of a test that died: its end is kept.
constexpr size_t kCaptureBytes = 1 << 20;
// How often a worker is read whose tests follow one another. The kernel keeps what the worker has written, whatever
// becomes of the worker.
constexpr absl::Duration kRest = absl::Milliseconds(1);
// Anything but a test may take so many times as long as a test may, and in any case so long.
constexpr int kSessionFactor = 10;
constexpr absl::Duration kLeastSessionLimit = absl::Seconds(20);

// On this signal a worker writes the stacks of its threads.
int StackSignal() { return SIGRTMIN + 8; }

absl::StatusOr<std::pair<UniqueFd, UniqueFd>> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError(absl::StrCat("pipe: ", strerror(errno)));
  // Only the agent's end: a test's stdout blocks as usual.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return std::pair<UniqueFd, UniqueFd>(ends[0], ends[1]);
}

std::string ReadEnd(const UniqueFd& file) {
  struct stat info;
  if (!file.valid() || fstat(file.get(), &info) != 0) return "";
  const off_t begin = std::max<off_t>(0, info.st_size - off_t{kCaptureBytes});
  std::string text(static_cast<size_t>(info.st_size - begin), '\0');
  const ssize_t got = pread(file.get(), text.data(), text.size(), begin);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return begin > 0 ? absl::StrCat("[", begin, " bytes left out]\n", text) : text;
}

WorkerState::Options StateOptions(const v1::RunSpec& run) {
  WorkerState::Options options;
  if (run.hang_timeout_s() > 0) options.hang_timeout = absl::Seconds(run.hang_timeout_s());
  options.session_limit = Worker::SessionLimit(run);
  return options;
}

}  // namespace

absl::Duration Worker::SessionLimit(const v1::RunSpec& run) {
  if (run.hang_timeout_s() <= 0) return absl::InfiniteDuration();
  // The imports and conftests of the whole project have to fit in, too.
  return std::max(kSessionFactor * absl::Seconds(run.hang_timeout_s()), kLeastSessionLimit);
}

absl::StatusOr<std::unique_ptr<Worker>> Worker::Start(uint32_t slot, const std::string& id, const v1::RunSpec& run,
                                                      bool control, const Environment& environment) {
  ASSIGN_OR_RETURN(auto channel, MakeSocketPair());
  ASSIGN_OR_RETURN(auto out, MakePipe());
  ASSIGN_OR_RETURN(auto err, MakePipe());
  auto worker = absl::WrapUnique(new Worker(slot, id, run, control, environment));
  if (!control) {
    ASSIGN_OR_RETURN(worker->machine_slot_, MachineSlot::Take());
  }
  worker->channel_ = FrameChannel(std::move(channel.first));
  worker->out_.fd = std::move(out.first);
  worker->err_.fd = std::move(err.first);
  environment.zygote->Fork(id, std::move(channel.second), std::move(out.second), std::move(err.second));
  worker->Watch();
  v1::WorkerCommand start;
  *start.mutable_start()->mutable_run() = run;
  start.mutable_start()->set_worker_id(id);
  start.mutable_start()->set_machine_slot(worker->machine_slot_.number());
  start.mutable_start()->set_control(control);
  worker->Send(start);
  return worker;
}

Worker::Worker(uint32_t slot, std::string id, const v1::RunSpec& run, bool control, const Environment& environment)
    : slot_(slot),
      id_(std::move(id)),
      control_(control),
      columns_(run.columns()),
      env_(environment),
      state_(StateOptions(run)),
      channel_(UniqueFd()) {}

Worker::~Worker() {
  Unwatch();
  env_.loop->Cancel(timer_);
  env_.loop->Cancel(rest_);
}

void Worker::Send(const v1::WorkerCommand& command) {
  if (deaf_) return;
  if (command.has_run()) tests_.Grant(command.run().id());
  // If the worker has gone, the end of its channel says so.
  channel_.Send(MessageToJson(command)).IgnoreError();
  if (channel_.WantsWrite()) Watch();
  state_.OnCommand(command, env_.clock->Now());
  SetTimer();
}

void Worker::Interrupt() {
  interrupted_ = true;
  if (pid_ > 0) kill(pid_, SIGINT);
}

void Worker::OnForked(pid_t pid) {
  pid_ = pid;
  if (interrupted_) Interrupt();
}

void Worker::Kill(const std::string& why) { Take(state_.OnKillRequested(why)); }

void Worker::Pause(bool pause) {
  if (pause == paused()) return;
  const absl::Time now = env_.clock->Now();
  if (pause) {
    paused_at_ = now;
    Unwatch();
  } else {
    // The worker may have had to wait until it could say that it goes on.
    state_.OnUnheard(now - *paused_at_);
    paused_at_.reset();
    Watch();
  }
  SetTimer();
}

void Worker::OnExited(int wait_status, const std::string& last_import) {
  // Messages that were written and not read yet decide which test is to blame.
  while (!deaf_ && ReadChannel()) {
  }
  Finish(DescribeWaitStatus(wait_status), last_import);
}

void Worker::Lost(const std::string& why) {
  state_.OnKillRequested(why);
  OnExited(SIGKILL, "");
}

void Worker::Watch() {
  if (paused()) return;
  if (!deaf_) {
    const uint32_t events = (rest_ == 0 ? EPOLLIN : 0u) | (channel_.WantsWrite() ? EPOLLOUT : 0u);
    env_.loop->Watch(channel_.fd(), events, [this](uint32_t happened) { OnChannel(happened); });
  }
  for (Stream* stream : {&out_, &err_}) {
    if (!stream->fd.valid()) continue;
    env_.loop->Watch(stream->fd.get(), EPOLLIN, [this, stream](uint32_t) { ReadStream(stream); });
  }
}

void Worker::Unwatch() {
  env_.loop->Unwatch(channel_.fd());
  for (Stream* stream : {&out_, &err_}) {
    if (stream->fd.valid()) env_.loop->Unwatch(stream->fd.get());
  }
}

void Worker::OnChannel(uint32_t events) {
  if (events & EPOLLOUT) {
    channel_.Flush().IgnoreError();
    Watch();
  }
  if (events & ~EPOLLOUT) ReadChannel();
  Rest();
}

void Worker::Rest() {
  if (!busy_ || !captured_ || deaf_ || paused() || rest_ != 0) return;
  rest_ = env_.loop->At(env_.clock->Now() + kRest, [this] {
    rest_ = 0;
    if (paused() || deaf_) return;
    ReadChannel();
    Rest();
    Watch();
  });
  Watch();
}

bool Worker::ReadChannel() {
  // Output that a test wrote before its message comes first.
  ReadStream(&out_);
  ReadStream(&err_);
  FrameChannel::Input input;
  const absl::Status status = channel_.Receive(&input);
  busy_ = !input.frames.empty();
  for (const std::string& frame : input.frames) {
    v1::WorkerMessage message;
    absl::Status parsed;
    if (IsShortProgress(frame)) {
      parsed = tests_.Read(frame, message.mutable_progress());
    } else {
      parsed = MessageFromJson(frame, &message);
      if (parsed.ok()) parsed = tests_.Check(message);
    }
    if (!parsed.ok()) {
      deaf_ = true;
      Take(state_.OnGarbage(absl::StrCat("it sent a frame that is not a message (", parsed.message(), ")")));
      break;
    }
    // Nobody sees a worker's message before this.
    Sanitize(&message);
    // One of a newer kind, if it says nothing that we know.
    if (message.message_case() != v1::WorkerMessage::MESSAGE_NOT_SET) Handle(std::move(message));
  }
  if (!status.ok() && !input.closed && !deaf_) {
    deaf_ = true;
    Take(state_.OnGarbage(absl::StrCat("it sent something that is not a frame (", status.message(), ")")));
  }
  if (input.closed && !deaf_) {
    deaf_ = true;
    Take(state_.OnChannelClosed(env_.clock->Now()));
  }
  if (deaf_) env_.loop->Unwatch(channel_.fd());
  last_words_.Settle();
  SetTimer();
  return !input.frames.empty();
}

void Worker::Handle(v1::WorkerMessage message) {
  Forward(err_.name, last_words_.Disprove());
  if (message.has_ready()) {
    // Output that was written before the message is there by now, and goes first.
    ReadStream(&out_);
    ReadStream(&err_);
    OpenCaptures(message.ready());
    captured_ = message.ready().stdout_fd() >= 0 && message.ready().stderr_fd() >= 0;
  }
  const bool starts = message.has_progress() && message.progress().has_started();
  busy_ = busy_ && starts;
  Take(state_.OnMessage(message, env_.clock->Now()));
  if (starts) last_words_.BeginTest();
  env_.listener->OnWorkerMessage(*this, std::move(message));
}

void Worker::OpenCaptures(const v1::WorkerMessage::Ready& ready) {
  const pid_t pid = ready.pid() > 0 ? ready.pid() : pid_;
  const auto open_fd = [pid](int fd) {
    if (fd < 0) return UniqueFd();
    const std::string path = absl::StrCat("/proc/", pid, "/fd/", fd);
    struct stat info;
    // Only files: opening a pipe or a device would disturb it.
    if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return UniqueFd();
    return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  };
  out_.capture = open_fd(ready.stdout_fd());
  err_.capture = open_fd(ready.stderr_fd());
}

bool Worker::ReadStream(Stream* stream) {
  if (!stream->fd.valid()) return false;
  char buffer[kChunkBytes];
  const ssize_t got = read(stream->fd.get(), buffer, sizeof(buffer));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    env_.loop->Unwatch(stream->fd.get());
    stream->fd.reset();
    return false;
  }
  const absl::string_view bytes(buffer, static_cast<size_t>(got));
  stream == &err_ ? OnStderr(bytes) : Forward(stream->name, std::string(bytes));
  return true;
}

void Worker::OnStderr(absl::string_view bytes) {
  if (!state_.dumping()) {
    Forward(err_.name, last_words_.Take(bytes));
    return;
  }
  last_words_.TakeStack(bytes);
  state_.OnStderr(env_.clock->Now());
  SetTimer();
}

void Worker::Forward(v1::WorkerMessage::Output::Stream stream, std::string bytes) {
  if (bytes.empty()) return;
  v1::WorkerMessage message;
  message.mutable_output()->set_stream(stream);
  message.mutable_output()->set_data(std::move(bytes));
  env_.listener->OnWorkerMessage(*this, std::move(message));
}

void Worker::Take(WorkerState::Step step) {
  switch (step) {
    case WorkerState::Step::kNothing:
      break;
    case WorkerState::Step::kDumpStack:
      Forward(err_.name, last_words_.Release());
      last_words_.BeginStack();
      if (pid_ > 0) kill(pid_, StackSignal());
      break;
    case WorkerState::Step::kKill:
      env_.zygote->Kill(id_);
      break;
  }
}

void Worker::SetTimer() {
  const absl::Time deadline = paused() ? absl::InfiniteFuture() : state_.deadline();
  if (deadline == timer_at_) return;
  env_.loop->Cancel(timer_);
  timer_ = 0;
  timer_at_ = deadline;
  if (deadline == absl::InfiniteFuture()) return;
  timer_ = env_.loop->At(deadline, [this] {
    timer_ = 0;
    timer_at_ = absl::InfiniteFuture();
    Take(state_.OnTime(env_.clock->Now()));
    SetTimer();
  });
}

void Worker::Finish(const std::string& how, const std::string& last_import) {
  for (Stream* stream : {&out_, &err_}) {
    for (size_t left = kLastBytes; left >= kChunkBytes && ReadStream(stream); left -= kChunkBytes) {
    }
  }
  state_.OnExited(how);
  Unwatch();
  env_.loop->Cancel(timer_);
  env_.loop->Cancel(rest_);
  timer_ = rest_ = 0;
  deaf_ = true;

  WorkerState::End end = state_.end();
  if (end.victim.has_value()) {
    const Evidence evidence = {ReadEnd(out_.capture), ReadEnd(err_.capture), last_words_.tail()};
    v1::WorkerMessage message;
    *message.mutable_progress()->add_results() = MakeDeathResult(id_, end, evidence, env_.clock->Now(), columns_);
    env_.listener->OnWorkerMessage(*this, std::move(message));
  } else {
    Forward(err_.name, last_words_.Release());
    if (!end.orderly && !state_.started() && !last_import.empty()) {
      absl::StrAppend(&end.how, "; the file that it began to import last is ", ToText(last_import));
    }
    if (!end.orderly && !last_words_.tail().empty()) {
      absl::StrAppend(&end.how, "; the end of its stderr:\n", ToText(last_words_.tail()));
    }
  }
  env_.listener->OnWorkerGone(*this, end);
}

}  // namespace fastest::agent
