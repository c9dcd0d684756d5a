#include "agent/coordinator/coordinator_session.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/byte_text.h"
#include "base/process/subprocess.h"

namespace fastest::agent {

CoordinatorSession::CoordinatorSession(Options options, const Environment& environment, Callbacks callbacks,
                                       Python python, std::unique_ptr<Zygote> zygote)
    : options_(std::move(options)),
      loop_(environment.loop),
      clock_(environment.clock),
      callbacks_(std::move(callbacks)),
      pool_(PoolOptions(environment.share), environment.loop, environment.clock) {
  if (zygote != nullptr) {
    pool_.Warm(options_.python, std::move(zygote));
  } else {
    python == Python::kNow ? pool_.Warm(options_.python) : pool_.Use(options_.python);
  }
}

WorkerPool::Options CoordinatorSession::PoolOptions(SlotShare* share) {
  WorkerPool::Options options;
  options.runner = options_.runner;
  options.start_limit = options_.start_limit;
  options.emit = [this](v1::AgentMessage::Event event) { Emit(std::move(event)); };
  options.on_workers_gone = [this] { OnWorkersGone(); };
  options.on_ended = [this] { OnZygoteEnded(); };
  options.on_orphans = callbacks_.on_orphans;
  options.share = share;
  options.keep_zygote = !options_.embedded;
  if (options_.warm) options.working_dir = options_.workdir;
  return options;
}

void CoordinatorSession::Begin(std::unique_ptr<Transport> transport, Transport::Dial dial) {
  dial_ = std::move(dial);
  state_.OpenStream();
  stream_ = std::make_unique<CoordinatorStream>(
      std::move(transport), loop_, clock_,
      CoordinatorStream::Callbacks{[this](const v1::CoordinatorMessage& message) { OnMessage(message); },
                                   [this](bool congested) { pool_.Pause(congested); },
                                   [this](const absl::Status& status) { OnStreamDone(status); }});
  stream_->Start(options_.hello);
}

void CoordinatorSession::Emit(v1::AgentMessage::Event event) {
  if (options_.record != nullptr && !run_id_.empty()) {
    options_.record->Saw(run_id_, event, /*wanted=*/state_.ends_are_wanted());
  }
  if (stream_ == nullptr) return;
  if (state_.leaving() && event.has_from_worker() && event.from_worker().message().has_ended()) {
    // These sessions stop by the agent's wish: the run goes on elsewhere.
    event.mutable_from_worker()->mutable_message()->mutable_ended()->clear_stop_reason();
  }
  stream_->Send(std::move(event));
}

void CoordinatorSession::Drain() { Leave(""); }

void CoordinatorSession::Leave(const std::string& why) {
  if (!state_.Leave()) return;
  v1::AgentMessage::Event event;
  event.mutable_draining()->set_reason(TextOf(why));
  if (stream_ != nullptr) stream_->Send(std::move(event));
  pool_.Drain(why.empty() ? "the agent is about to end" : why);
}

bool CoordinatorSession::LeaveUnless(const absl::Status& status) {
  if (!status.ok()) Leave(std::string(status.message()));
  return status.ok();
}

void CoordinatorSession::Abort(const std::string& why) {
  if (aborted_.ok()) aborted_ = absl::AbortedError(why);
  pool_.EndAll(why);
  if (stream_ == nullptr) {
    state_.StreamDone();
  } else if (!state_.stream_done()) {
    stream_->Cancel();
  }
}

bool CoordinatorSession::Greet(const v1::CoordinatorMessage& message) {
  if (!message.has_start_run()) {
    Abort("the coordinator did not begin with start_run");
    return false;
  }
  if (message.start_run().protocol_version() != v1::PROTOCOL_VERSION_CURRENT) {
    Abort(absl::StrCat("this agent speaks protocol version ", v1::PROTOCOL_VERSION_CURRENT, ", the coordinator ",
                       message.start_run().protocol_version(), ": install the same version of Fastest on both"));
    return false;
  }
  state_.Greet();
  return true;
}

void CoordinatorSession::OnMessage(const v1::CoordinatorMessage& message) {
  // This side has ended everything: nothing is begun any more.
  if (!aborted_.ok()) return;
  if (!state_.greeted()) {
    if (Greet(message)) OnStartRun(message.start_run());
    return;
  }
  switch (message.message_case()) {
    case v1::CoordinatorMessage::kStartWorker:
      // The worker reads the files anew.
      if (files_.has_value()) LeaveUnless(files_->Compare());
      StartWorker(message.start_worker());
      break;
    case v1::CoordinatorMessage::kGrant: {
      // When the agent leaves the run, the lease goes to another one.
      if (files_.has_value() && !LeaveUnless(files_->Compare(message.grant().lease().batch()))) break;
      v1::Lease lease = message.grant().lease();
      lease.set_received_at(UnixSeconds(clock_->Now()));
      pool_.Grant(message.grant().slot(), lease);
      break;
    }
    case v1::CoordinatorMessage::kFinishSlot:
      pool_.FinishSlot(message.finish_slot().slot());
      break;
    case v1::CoordinatorMessage::kRevoke:
      pool_.Revoke(message.revoke().slot(), message.revoke().revoke());
      break;
    case v1::CoordinatorMessage::kTellControl:
      pool_.TellControl(message.tell_control());
      break;
    case v1::CoordinatorMessage::kStopRun:
      Stop(message.stop_run());
      break;
    case v1::CoordinatorMessage::kEndRun:
      state_.EndRun();
      stream_->Forgo();
      pool_.EndAll("the run has ended");
      break;
    case v1::CoordinatorMessage::kStartRun:
      Abort("the coordinator began a second run on one stream");
      break;
    case v1::CoordinatorMessage::kResume:
      // The stream's own.
    case v1::CoordinatorMessage::MESSAGE_NOT_SET:
      // Of a newer coordinator of the same protocol: the message need not be understood.
      break;
  }
}

void CoordinatorSession::Stop(const v1::CoordinatorMessage::StopRun& stop) {
  if (stop.interrupt()) {
    pool_.Interrupt(stop.reason());
    return;
  }
  if (!stop.now()) {
    pool_.Stop(stop.reason());
    return;
  }
  state_.CutOff();
  pool_.KillAll(stop.reason().empty() ? "the run was stopped" : stop.reason());
}

void CoordinatorSession::OnStartRun(const v1::CoordinatorMessage::StartRun& start) {
  v1::RunSpec spec = start.spec();
  run_id_ = spec.run_id();
  if (options_.record != nullptr) options_.record->RunBegan(run_id_);
  if (start.lease_s() > 0) stream_->Keep(spec.run_id(), absl::Seconds(start.lease_s()), dial_);
  std::vector<std::string> environment;
  if (options_.warm) {
    environment.assign(start.whole_environment().begin(), start.whole_environment().end());
  } else if (!options_.embedded) {
    files_.emplace(start, options_.workdir);
    if (const absl::Status same = files_->Compare(); !same.ok()) {
      pool_.RefuseRun(same);
      return;
    }
    spec = SpecForCheckout(start, options_.workdir);
    std::vector<std::string> changes;
    for (const std::string& name : start.absent_environment()) changes.push_back(BytesOf(name));
    for (const auto& [name, value] : start.environment()) {
      changes.push_back(absl::StrCat(BytesOf(name), "=", BytesOf(value)));
    }
    environment = WithVariables(changes);
  }
  pool_.BeginRun(spec, environment);
  for (const auto& worker : start.workers()) StartWorker(worker);
}

void CoordinatorSession::StartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment) {
  if (options_.record != nullptr) options_.record->WorkerStarted(run_id_);
  pool_.StartWorker(assignment);
}

void CoordinatorSession::OnStreamDone(const absl::Status& status) {
  state_.StreamDone();
  loop_->Cancel(close_timer_);
  result_ = aborted_.ok() ? status : aborted_;
  pool_.EndAll("the coordinator has gone");
  TellIfOver();
}

void CoordinatorSession::OnWorkersGone() {
  if (!state_.closes_without_workers()) return;
  stream_->CloseWrites();
  close_timer_ = loop_->At(clock_->Now() + options_.close_limit, [this] { stream_->Cancel(); });
}

void CoordinatorSession::OnZygoteEnded() {
  state_.PythonEnded();
  TellIfOver();
}

void CoordinatorSession::TellIfOver() {
  if (!state_.over()) return;
  if (!aborted_.ok()) result_ = aborted_;
  if (options_.record != nullptr && !run_id_.empty()) options_.record->RunEnded(run_id_);
  callbacks_.on_over(this);
}

}  // namespace fastest::agent
