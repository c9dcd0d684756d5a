#include "agent/workers/worker_pool.h"

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/workers/death_report.h"
#include "base/byte_text.h"
#include "base/status_macros.h"

namespace fastest::agent {
namespace {

// pytest's exit status for a usage error: the user chooses the interpreter.
constexpr int kUsageError = 4;
// Fastest's own for tests that could not be run.
constexpr int kNotRun = 10;

// A zygote that is asked looks at some hundred files.
constexpr absl::Duration kAnswerLimit = absl::Seconds(2);

bool IsWorkingDirectory(const std::string& path) {
  std::error_code error;
  return std::filesystem::equivalent(path, ".", error) && !error;
}

v1::AgentMessage::WorkerGone::Hung ToProto(WorkerState::Hung hung) {
  switch (hung) {
    case WorkerState::Hung::kAtStart:
      return v1::AgentMessage::WorkerGone::AT_START;
    case WorkerState::Hung::kBetweenTests:
      return v1::AgentMessage::WorkerGone::BETWEEN_TESTS;
    case WorkerState::Hung::kAtEnd:
      return v1::AgentMessage::WorkerGone::AT_END;
    case WorkerState::Hung::kNot:
      break;
  }
  return v1::AgentMessage::WorkerGone::NOT_HUNG;
}

}  // namespace

WorkerPool::WorkerPool(Options options, EventLoop* loop, Clock* clock)
    : options_(std::move(options)),
      loop_(loop),
      clock_(clock),
      turnstile_(options_.share,
                 [this](uint32_t slot, const v1::WorkerCommand& command) { workers_.at(slot)->Send(command); }) {
  zygote_options_.runner = options_.runner;
  zygote_options_.working_dir = options_.working_dir;
  zygote_options_.keep = options_.keep_zygote;
  zygote_options_.start_limit = options_.start_limit;
}

WorkerPool::~WorkerPool() {
  for (const EventLoop::TimerId timer : {answer_timer_, drain_timer_}) loop_->Cancel(timer);
  workers_.clear();
  gone_.clear();
  zygote_.reset();
}

void WorkerPool::Warm(const std::string& python) {
  zygote_options_.python = python;
  warm_status_ = StartZygote();
}

void WorkerPool::Warm(const std::string& python, std::unique_ptr<Zygote> zygote) {
  zygote_options_.python = python;
  zygote_ = std::move(zygote);
  zygote_->set_listener(this);
}

std::unique_ptr<Zygote> WorkerPool::TakeZygote() {
  if (!state_.cleared() || zygote_ == nullptr) return nullptr;
  zygote_->set_listener(nullptr);
  return std::move(zygote_);
}

absl::Status WorkerPool::StartZygote() {
  zygote_options_.whole_environment = options_.keep_zygote && state_.begun();
  ASSIGN_OR_RETURN(zygote_, Zygote::Start(zygote_options_, loop_, clock_));
  zygote_->set_listener(this);
  return absl::OkStatus();
}

void WorkerPool::StartZygoteAnew() {
  zygote_.reset();
  warm_status_ = StartZygote();
  if (!warm_status_.ok()) Refuse(warm_status_);
}

void WorkerPool::LimitStart() {
  const absl::Duration limit = Worker::SessionLimit(spec_);
  if (limit >= options_.start_limit) return;
  zygote_options_.start_limit = limit;
  if (zygote_ != nullptr) zygote_->MustBeReady(clock_->Now() + limit);
}

void WorkerPool::RefuseRun(const absl::Status& why) {
  state_.BeginRun();
  Refuse(why);
}

void WorkerPool::BeginRun(const v1::RunSpec& spec, std::vector<std::string> environment) {
  state_.BeginRun();
  spec_ = spec;
  LimitStart();
  const std::string python = BytesOf(spec.python());
  const bool other_python = !python.empty() && python != zygote_options_.python;
  if (other_python) zygote_options_.python = python;
  zygote_options_.preload.assign(spec.preload().begin(), spec.preload().end());
  zygote_options_.environment = std::move(environment);
  if (options_.keep_zygote) {
    BeginWithKeptZygote();
    return;
  }
  const std::string directory = BytesOf(spec.invocation_dir());
  const bool elsewhere = !directory.empty() && !IsWorkingDirectory(directory);
  if (elsewhere) zygote_options_.working_dir = directory;
  if (other_python || elsewhere || !zygote_options_.environment.empty()) {
    StartZygoteAnew();
  } else if (!warm_status_.ok()) {
    Refuse(warm_status_);
  }
}

void WorkerPool::BeginWithKeptZygote() {
  zygote_options_.working_dir = BytesOf(spec_.invocation_dir());
  if (const absl::Status there = Zygote::MayStartIn(zygote_options_.working_dir); !there.ok()) {
    Refuse(there);
    return;
  }
  if (zygote_ == nullptr || zygote_->python() != zygote_options_.python) {
    StartZygoteAnew();
    return;
  }
  state_.AskZygote();
  zygote_->Begin(zygote_options_.environment, zygote_options_.working_dir, zygote_options_.preload);
  AwaitAnswer();
}

void WorkerPool::AwaitAnswer() {
  const bool was_ready = zygote_->ready();
  answer_timer_ = loop_->At(clock_->Now() + kAnswerLimit, [this, was_ready] {
    was_ready ? OnZygoteBegun("the old one does not answer") : AwaitAnswer();
  });
}

void WorkerPool::OnZygoteBegun(const std::string& stale) {
  // Too late: nothing is begun any more.
  if (state_.ending()) return;
  if (!state_.Answered()) return;
  loop_->Cancel(answer_timer_);
  if (!stale.empty()) {
    fprintf(stderr, "fastest-agent: Python is started again: %s\n", stale.c_str());
    // The zygote is in the midst of this call.
    zygote_->set_listener(nullptr);
    loop_->Post([old = std::shared_ptr<Zygote>(std::move(zygote_))] {});
    StartZygoteAnew();
  }
  StartWaiting();
}

void WorkerPool::StartWaiting() {
  for (const auto& assignment : std::exchange(waiting_, {})) StartWorker(assignment);
}

void WorkerPool::StartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment) {
  if (state_.refused()) return;
  if (state_.asking() && state_.open()) {
    waiting_.push_back(assignment);
    return;
  }
  const absl::Status status = TryStartWorker(assignment);
  if (status.ok()) return;
  WorkerState::End end;
  end.how = std::string(status.message());
  EmitGone(assignment.slot(), assignment.worker_id(), end);
}

absl::Status WorkerPool::TryStartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment) {
  const uint32_t slot = assignment.slot();
  const std::string& worker_id = assignment.worker_id();
  if (!state_.open()) return absl::CancelledError(why_closed_);
  if (workers_.count(slot) > 0 || Find(worker_id) != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("slot ", slot, " or the name ", worker_id, " is taken"));
  }
  // The zygote died under earlier workers.
  if (zygote_ == nullptr) RETURN_IF_ERROR(StartZygote());
  ASSIGN_OR_RETURN(workers_[slot],
                   Worker::Start(slot, worker_id, spec_, assignment.control(), {loop_, clock_, zygote_.get(), this}));
  workers_[slot]->Pause(paused_);
  return absl::OkStatus();
}

void WorkerPool::Grant(uint32_t slot, const v1::Lease& lease) {
  if (workers_.count(slot) > 0) turnstile_.Grant(slot, lease);
}

void WorkerPool::Revoke(uint32_t slot, const v1::WorkerCommand::Revoke& revoke) {
  const auto it = workers_.find(slot);
  if (it == workers_.end()) return;
  if (turnstile_.Withdraw(slot, revoke.lease_id())) {
    v1::WorkerMessage answer;
    answer.mutable_returned()->set_lease_id(revoke.lease_id());
    answer.mutable_returned()->set_whole(true);
    EmitFromWorker(*it->second, std::move(answer));
    return;
  }
  v1::WorkerCommand command;
  *command.mutable_revoke() = revoke;
  it->second->Send(command);
}

void WorkerPool::FinishSlot(uint32_t slot) {
  if (workers_.count(slot) > 0) turnstile_.Finish(slot);
}

void WorkerPool::TellControl(const v1::CoordinatorMessage::TellControl& message) {
  const auto it = workers_.find(message.slot());
  if (it == workers_.end()) return;
  v1::WorkerCommand command;
  switch (message.command_case()) {
    case v1::CoordinatorMessage::TellControl::kConclude:
      *command.mutable_conclude() = message.conclude();
      break;
    case v1::CoordinatorMessage::TellControl::kReplay:
      *command.mutable_replay() = message.replay();
      break;
    case v1::CoordinatorMessage::TellControl::kConfigureNode:
      *command.mutable_configure_node() = message.configure_node();
      break;
    case v1::CoordinatorMessage::TellControl::kNode:
      *command.mutable_node() = message.node();
      break;
    case v1::CoordinatorMessage::TellControl::COMMAND_NOT_SET:
      // Of a newer coordinator.
      return;
  }
  // A control session runs no tests, and a worker that awaits it runs none yet: neither needs a turn.
  it->second->Send(command);
}

void WorkerPool::Stop(const std::string& reason) {
  for (const auto& [slot, worker] : workers_) {
    if (!worker->control()) turnstile_.Stop(slot, reason);
  }
}

void WorkerPool::Interrupt(const std::string& reason) {
  for (const auto& [slot, worker] : workers_) {
    if (!worker->control()) worker->Interrupt();
  }
  Stop(reason);
}

void WorkerPool::Drain(const std::string& why) {
  if (state_.ending()) return;
  state_.Drain();
  why_closed_ = why;
  Stop(why);
  // Without pytest no worker can have a test to finish.
  if (workers_.empty() || zygote_ == nullptr || !zygote_->ready()) {
    EndAll(why);
    return;
  }
  drain_timer_ = loop_->At(clock_->Now() + options_.drain_limit, [this, why] {
    for (const auto& [slot, worker] : workers_) {
      if (!worker->started()) worker->Kill(absl::StrCat("it was not ready when ", why));
    }
  });
}

void WorkerPool::KillAll(const std::string& why) {
  state_.Close();
  why_closed_ = why;
  for (const auto& [slot, worker] : workers_) worker->Kill(why);
}

void WorkerPool::EndAll(const std::string& why) {
  if (!state_.BeginEnd()) return;
  loop_->Cancel(answer_timer_);
  KillAll(why);
  if (options_.keep_zygote && workers_.empty() && !state_.asking() && zygote_ != nullptr && zygote_->ready()) {
    // The run is told to be over only after that: nothing that its tests have started outlives it.
    state_.ClearZygote();
    zygote_->Clear();
    return;
  }
  TellWorkersGone();
  if (zygote_ != nullptr) {
    zygote_->End(!workers_.empty());
  } else {
    loop_->Post(options_.on_ended);
  }
}

void WorkerPool::Pause(bool paused) {
  paused_ = paused;
  for (const auto& [slot, worker] : workers_) worker->Pause(paused);
}

void WorkerPool::OnForked(const std::string& worker_id, pid_t pid) {
  if (Worker* worker = Find(worker_id)) worker->OnForked(pid);
}

void WorkerPool::OnExited(const std::string& worker_id, int wait_status, const std::string& last_import) {
  if (Worker* worker = Find(worker_id)) worker->OnExited(wait_status, last_import);
}

void WorkerPool::OnZygoteCleared() {
  if (!state_.Cleared()) return;
  TellWorkersGone();
  loop_->Post(options_.on_ended);
}

void WorkerPool::OnZygoteEnded(const absl::Status& why) {
  const bool was_ready = zygote_->ready();
  // The zygote is in the midst of this call.
  loop_->Post([old = std::shared_ptr<Zygote>(std::move(zygote_))] {});
  if (state_.cleared()) return;
  if (state_.ending()) {
    LoseAll(why_closed_);
    TellWorkersGone();
    options_.on_ended();
    return;
  }
  // The zygote's children are this process's now, whichever it has told of.
  options_.on_orphans();
  loop_->Cancel(answer_timer_);
  if (state_.Answered() && !absl::IsDeadlineExceeded(why)) {
    // It died while it was asked.
    StartZygoteAnew();
    StartWaiting();
    return;
  }
  // One that somebody killed says nothing against the interpreter: new workers get another.
  if (was_ready || absl::IsUnavailable(why)) {
    LoseAll(std::string(why.message()));
    return;
  }
  warm_status_ = why;
  if (state_.begun()) Refuse(why);
}

void WorkerPool::OnWorkerMessage(const Worker& worker, v1::WorkerMessage message) {
  if (message.has_waits()) {
    turnstile_.OnWaits(worker.slot(), message.waits());
    return;
  }
  // A sign of life is for the worker's own state, which has seen it.
  if (message.has_alive()) return;
  const bool ended = message.has_ended() || message.has_failure();
  EmitFromWorker(worker, std::move(message));
  if (ended) turnstile_.OnSessionEnded(worker.slot());
}

void WorkerPool::EmitFromWorker(const Worker& worker, v1::WorkerMessage message) {
  v1::AgentMessage::Event event;
  v1::AgentMessage::FromWorker* from = event.mutable_from_worker();
  from->set_slot(worker.slot());
  from->set_worker_id(worker.id());
  from->mutable_message()->Swap(&message);
  options_.emit(std::move(event));
}

void WorkerPool::OnWorkerGone(const Worker& worker, const WorkerState::End& end) {
  EmitGone(worker.slot(), worker.id(), end);
  const auto it = workers_.find(worker.slot());
  if (gone_.empty()) loop_->Post([this] { gone_.clear(); });
  gone_.push_back(std::move(it->second));
  workers_.erase(it);
  turnstile_.OnGone(worker.slot());
  TellWorkersGone();
  if (state_.draining() && workers_.empty()) loop_->Post([this] { EndAll(why_closed_); });
}

Worker* WorkerPool::Find(const std::string& worker_id) {
  for (const auto& [slot, worker] : workers_) {
    if (worker->id() == worker_id) return worker.get();
  }
  return nullptr;
}

void WorkerPool::Refuse(const absl::Status& why) {
  if (!state_.Refuse()) return;
  v1::AgentMessage::Event event;
  event.mutable_refused()->set_message(ToText(why.message()));
  const bool usage = absl::IsNotFound(why) || absl::IsFailedPrecondition(why) || absl::IsDeadlineExceeded(why);
  event.mutable_refused()->set_exit_status(usage ? kUsageError : kNotRun);
  options_.emit(std::move(event));
  // These workers were never forked, and held no turn.
  workers_.clear();
}

void WorkerPool::EmitGone(uint32_t slot, const std::string& worker_id, const WorkerState::End& end) {
  v1::AgentMessage::Event event;
  v1::AgentMessage::WorkerGone* gone = event.mutable_worker_gone();
  gone->set_slot(slot);
  gone->set_worker_id(worker_id);
  gone->set_orderly(end.orderly);
  gone->set_how(ToText(end.how));
  gone->set_hung(ToProto(end.hung));
  options_.emit(std::move(event));
}

void WorkerPool::TellWorkersGone() {
  if (state_.TellGone(workers_.size())) options_.on_workers_gone();
}

void WorkerPool::LoseAll(const std::string& why) {
  while (!workers_.empty()) workers_.begin()->second->Lost(why);
}

}  // namespace fastest::agent
