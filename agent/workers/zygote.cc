#include "agent/workers/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/byte_text.h"
#include "base/process/exit_fd.h"
#include "base/status_macros.h"

namespace fastest::agent {
namespace {

using nlohmann::json;

// The zygote's end of the control channel in the zygote.
constexpr int kControlFd = 3;
constexpr size_t kOutputTail = 16 << 10;
// Between two looks at a process that is about to exit, where the kernel has no pidfds.
constexpr absl::Duration kExitPoll = absl::Milliseconds(2);

std::string TextOf(const json& frame, const char* key) {
  const auto it = frame.find(key);
  return it != frame.end() && it->is_string() ? it->get<std::string>() : "";
}

int NumberOf(const json& frame, const char* key) {
  const auto it = frame.find(key);
  return it != frame.end() && it->is_number_integer() ? it->get<int>() : -1;
}

// Python finds its own files, and names itself, by the path that it was called by: a relative path must hold in its
// working directory.
std::string AbsolutePath(const std::string& python) {
  if (python.find('/') == std::string::npos) return python;
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(python, error);
  return error ? python : absolute.string();
}

// JSON's texts are UTF-8, and variables need not be: each byte becomes the character of the same number.
std::string AsCharacters(const std::string& bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return text;
}

// Names of what is waited for.
std::string ForkOf(const std::string& worker_id) { return absl::StrCat("the fork of worker ", worker_id); }
std::string EndOf(const std::string& worker_id) { return absl::StrCat("the end of worker ", worker_id); }

absl::Status NoInterpreter(const std::string& python, const absl::Status& why) {
  return absl::NotFoundError(
      absl::StrCat("no Python interpreter \"", python, "\" (", why.message(), "): name one by --python"));
}

}  // namespace

absl::Status Zygote::MayStartIn(const std::string& working_dir) {
  struct stat info;
  if (working_dir.empty() || stat(working_dir.c_str(), &info) == 0) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("the run's directory ", working_dir, " cannot be entered here: ", strerror(errno)));
}

absl::StatusOr<std::unique_ptr<Zygote>> Zygote::Start(const Options& options, EventLoop* loop, Clock* clock) {
  RETURN_IF_ERROR(MayStartIn(options.working_dir));
  ASSIGN_OR_RETURN(auto sockets, MakeSocketPair());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError(absl::StrCat("pipe: ", strerror(errno)));
  UniqueFd output(ends[0]);
  UniqueFd output_in(ends[1]);
  fcntl(output.get(), F_SETFL, O_NONBLOCK);
  UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));

  SubprocessOptions process;
  // The file, not the folder: for a folder Python would add frames below every test.
  process.argv = {AbsolutePath(options.python), absl::StrCat(options.runner, "/__main__.py"), "--control",
                  absl::StrCat(kControlFd)};
  process.fds = {{null.get(), 0}, {output_in.get(), 1}, {output_in.get(), 2}, {sockets.second.get(), kControlFd}};
  process.working_dir = options.working_dir;
  if (options.whole_environment) {
    process.env = options.environment;
  } else if (!options.environment.empty()) {
    process.env = WithVariables(options.environment);
  }
  process.new_session = true;
  process.child_subreaper = true;
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(process);
  if (!child.ok()) return NoInterpreter(options.python, child.status());
  auto zygote = absl::WrapUnique(
      new Zygote(options, loop, clock, {*std::move(child), FrameChannel(std::move(sockets.first)), std::move(output)}));
  if (options.keep) zygote->Send(json{{"type", "keep"}, {"preload", options.preload}}.dump());
  return zygote;
}

Zygote::Zygote(Options options, EventLoop* loop, Clock* clock, Parts parts)
    : options_(std::move(options)),
      loop_(loop),
      clock_(clock),
      process_(std::move(parts.process)),
      control_(std::move(parts.control)),
      output_(std::move(parts.output)),
      started_at_(clock->Now()),
      must_be_ready_(started_at_ + options_.start_limit),
      answers_(options_.answer_limit) {
  WatchControl();
  loop_->Watch(output_.get(), EPOLLIN, [this](uint32_t) { ReadOutput(); });
  timer_ = loop_->At(must_be_ready_, [this] { OnStartLimit(); });
}

void Zygote::MustBeReady(absl::Time when) {
  if (ready_ || life_ != Life::kServes || when >= must_be_ready_) return;
  must_be_ready_ = when;
  loop_->Cancel(timer_);
  timer_ = loop_->At(must_be_ready_, [this] { OnStartLimit(); });
}

void Zygote::OnStartLimit() {
  too_slow_ = true;
  const absl::Duration taken = absl::Trunc(must_be_ready_ - started_at_, absl::Milliseconds(1));
  failure_ = absl::StrCat(options_.python, " has not loaded pytest after ", absl::FormatDuration(taken), ": try `",
                          options_.python, " -m pytest --version`, or name another by --python");
  // A script in the interpreter's place may wait for a child.
  process_.KillGroup(SIGKILL);
}

Zygote::~Zygote() {
  loop_->Cancel(timer_);
  loop_->Cancel(answer_timer_);
  loop_->Unwatch(control_.fd());
  for (const UniqueFd* fd : {&output_, &exit_}) {
    if (fd->valid()) loop_->Unwatch(fd->get());
  }
}

void Zygote::Fork(const std::string& worker_id, UniqueFd channel, UniqueFd out, UniqueFd err) {
  std::vector<UniqueFd> fds;
  fds.push_back(std::move(channel));
  fds.push_back(std::move(out));
  fds.push_back(std::move(err));
  Send(json{{"type", "fork"}, {"worker_id", worker_id}}.dump(), std::move(fds));
  forks_.insert(worker_id);
  if (ready_) Await(ForkOf(worker_id));
}

void Zygote::Begin(const std::vector<std::string>& environment, const std::string& directory,
                   const std::vector<std::string>& preload) {
  json variables = json::array();
  for (const std::string& variable : environment) variables.push_back(AsCharacters(variable));
  Send(json{{"type", "begin"},
            {"directory", fastest::TextOf(directory)},
            {"environment", std::move(variables)},
            {"preload", preload}}
           .dump());
}

void Zygote::Clear() {
  Send(json{{"type", "clear"}}.dump());
  timer_ = loop_->At(clock_->Now() + options_.end_limit, [this] { process_.Kill(SIGKILL); });
}

void Zygote::Kill(const std::string& worker_id) {
  Send(json{{"type", "kill"}, {"worker_id", worker_id}}.dump());
  if (ready_) Await(EndOf(worker_id));
}

void Zygote::Await(const std::string& answer) {
  if (life_ != Life::kServes) return;
  answers_.Begin(answer, clock_->Now());
  SetAnswerTimer();
}

void Zygote::Came(const std::string& answer) {
  answers_.End(answer);
  SetAnswerTimer();
}

void Zygote::SetAnswerTimer() {
  loop_->Cancel(answer_timer_);
  answer_timer_ = 0;
  if (answers_.next() == absl::InfiniteFuture()) return;
  answer_timer_ = loop_->At(answers_.next(), [this] {
    const std::optional<std::string> missing = answers_.TakeOverdue(clock_->Now());
    if (!missing.has_value()) {
      SetAnswerTimer();
      return;
    }
    failure_ = absl::StrCat("it did not answer for ", absl::FormatDuration(options_.answer_limit), ": ", *missing,
                            " was waited for");
    process_.Kill(SIGKILL);
  });
}

void Zygote::End(bool has_workers) {
  if (life_ == Life::kAsked) return;
  const bool deaf = life_ == Life::kDeaf;
  life_.To(Life::kAsked);
  loop_->Cancel(timer_);
  if (ready_ && has_workers) {
    // It ends its workers first; its last frames are still read.
    shutdown(control_.fd(), SHUT_WR);
  } else {
    // An interpreter takes its time to load and to end in good order.
    process_.Kill(SIGKILL);
  }
  if (deaf) return;
  timer_ = loop_->At(clock_->Now() + options_.end_limit, [this] { process_.Kill(SIGKILL); });
}

void Zygote::Send(const std::string& json, std::vector<UniqueFd> fds) {
  if (life_ != Life::kServes) return;
  // If the process has gone, the end of its channel says so in a moment.
  control_.Send(json, std::move(fds)).IgnoreError();
  WatchControl();
}

void Zygote::WatchControl() {
  const uint32_t events = control_.WantsWrite() ? EPOLLIN | EPOLLOUT : EPOLLIN;
  loop_->Watch(control_.fd(), events, [this](uint32_t happened) { OnControl(happened); });
}

void Zygote::OnControl(uint32_t events) {
  if (events & EPOLLOUT) {
    control_.Flush().IgnoreError();
    WatchControl();
    if (!(events & ~EPOLLOUT)) return;
  }
  FrameChannel::Input input;
  const absl::Status status = control_.Receive(&input);
  for (const std::string& frame : input.frames) OnFrame(frame);
  if (!status.ok()) {
    failure_ = absl::StrCat("the Python process answers with garbage: ", status.message());
    process_.Kill(SIGKILL);
  }
  if (input.closed || !status.ok()) OnControlEnd();
}

void Zygote::OnControlEnd() {
  if (life_ == Life::kServes) life_.To(Life::kDeaf);
  loop_->Unwatch(control_.fd());
  loop_->Cancel(timer_);
  answers_.Clear();
  SetAnswerTimer();
  exit_ = OpenExitFd(process_.pid());
  const absl::Time limit = clock_->Now() + options_.end_limit;
  if (exit_.valid()) loop_->Watch(exit_.get(), EPOLLIN, [this, limit](uint32_t) { AwaitExit(limit); });
  AwaitExit(limit);
}

void Zygote::OnFrame(const std::string& frame) {
  const json message = json::parse(frame, nullptr, /*allow_exceptions=*/false);
  const std::string type = message.is_object() ? TextOf(message, "type") : "";
  if (type == "hello") {
    ready_ = true;
    loop_->Cancel(timer_);
    for (const std::string& worker_id : forks_) Await(ForkOf(worker_id));
    // A person may want to know what the interpreter wrote at its start.
    if (!output_tail_.empty()) fwrite(output_tail_.data(), 1, output_tail_.size(), stderr);
    output_tail_.clear();
  } else if (type == "failed") {
    failure_ = TextOf(message, "message");
  } else if (type == "forked") {
    forks_.erase(TextOf(message, "worker_id"));
    Came(ForkOf(TextOf(message, "worker_id")));
    if (listener_ != nullptr) listener_->OnForked(TextOf(message, "worker_id"), NumberOf(message, "pid"));
  } else if (type == "exited") {
    Came(EndOf(TextOf(message, "worker_id")));
    if (listener_ == nullptr) return;
    listener_->OnExited(TextOf(message, "worker_id"), NumberOf(message, "status"), TextOf(message, "last_import"));
  } else if (type == "begun" && listener_ != nullptr) {
    listener_->OnZygoteBegun(TextOf(message, "stale"));
  } else if (type == "cleared" && listener_ != nullptr) {
    loop_->Cancel(timer_);
    listener_->OnZygoteCleared();
  }
}

void Zygote::ReadOutput() {
  char buffer[4096];
  const ssize_t got = read(output_.get(), buffer, sizeof(buffer));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    loop_->Unwatch(output_.get());
    output_.reset();
    return;
  }
  if (ready_) {
    fwrite(buffer, 1, static_cast<size_t>(got), stderr);
    return;
  }
  output_tail_.append(buffer, static_cast<size_t>(got));
  if (output_tail_.size() > kOutputTail) output_tail_.erase(0, output_tail_.size() - kOutputTail);
}

void Zygote::AwaitExit(absl::Time limit) {
  loop_->Cancel(timer_);
  if (const std::optional<int> status = process_.TryWait(); status.has_value()) {
    if (exit_.valid()) loop_->Unwatch(exit_.get());
    Ended(DescribeWaitStatus(*status));
    return;
  }
  const absl::Time now = clock_->Now();
  if (now >= limit) process_.Kill(SIGKILL);
  timer_ = loop_->At(exit_.valid() && now < limit ? limit : now + kExitPoll, [this, limit] { AwaitExit(limit); });
}

void Zygote::Ended(const std::string& how) {
  while (output_.valid() && !ready_) {
    const size_t before = output_tail_.size();
    ReadOutput();
    if (output_.valid() && output_tail_.size() == before) break;
  }
  if (listener_ != nullptr) listener_->OnZygoteEnded(WhyEnded(how));
}

absl::Status Zygote::WhyEnded(const std::string& how) const {
  if (life_ == Life::kAsked) return absl::OkStatus();
  if (ready_) {
    return absl::AbortedError(
        absl::StrCat("the process that forks the workers died (", how, failure_.empty() ? "" : "; ", failure_, ")"));
  }
  if (too_slow_) return absl::DeadlineExceededError(failure_);
  if (!failure_.empty()) return absl::FailedPreconditionError(failure_);
  if (how == DescribeWaitStatus(SIGKILL)) {
    return absl::UnavailableError(absl::StrCat(options_.python, " was killed while it loaded pytest (", how,
                                               "; the machine may be short of memory)"));
  }
  const std::string said(absl::StripAsciiWhitespace(output_tail_));
  return absl::FailedPreconditionError(
      absl::StrCat(options_.python, " cannot start fastest_runner (", how, "; try `", options_.python,
                   " -m pytest --version`, or name another by --python)", said.empty() ? "" : ": ", said));
}

}  // namespace fastest::agent
