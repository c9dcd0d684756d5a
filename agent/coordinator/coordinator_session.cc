#include "agent/coordinator/coordinator_session.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/process/subprocess.h"

namespace fastest::agent {

CoordinatorSession::CoordinatorSession(Options options, SlotShare* share, EventLoop* loop, Clock* clock,
                                       Callbacks callbacks, std::unique_ptr<Zygote> zygote)
    : options_(std::move(options)),
      loop_(loop),
      clock_(clock),
      callbacks_(std::move(callbacks)),
      pool_({options_.runner, [this](v1::AgentMessage::Event event) { Emit(std::move(event)); },
             [this] { OnWorkersGone(); }, [this] { OnZygoteEnded(); }, callbacks_.on_orphans, share, !options_.embedded,
             options_.warm ? options_.workdir : ""},
            loop, clock) {
  zygote == nullptr ? pool_.Warm(options_.python) : pool_.Warm(options_.python, std::move(zygote));
}

void CoordinatorSession::Begin(std::unique_ptr<CoordinatorStream::Transport> transport, CoordinatorStream::Dial dial) {
  dial_ = std::move(dial);
  stream_ = std::make_unique<CoordinatorStream>(
      std::move(transport), loop_, clock_,
      CoordinatorStream::Callbacks{[this](const v1::CoordinatorMessage& message) { OnMessage(message); },
                                   [this](bool congested) { pool_.Pause(congested); },
                                   [this](const absl::Status& status) { OnStreamDone(status); }});
  stream_->Start(options_.hello);
}

void CoordinatorSession::Emit(v1::AgentMessage::Event event) {
  if (options_.record != nullptr && !run_id_.empty()) {
    options_.record->Saw(run_id_, event, /*wanted=*/end_asked_ || draining_ || cut_off_);
  }
  if (stream_ == nullptr) return;
  if (draining_ && event.has_from_worker() && event.from_worker().message().has_ended()) {
    // That these sessions stop is the agent's wish: the run goes on elsewhere.
    event.mutable_from_worker()->mutable_message()->mutable_ended()->clear_stop_reason();
  }
  stream_->Send(std::move(event));
}

void CoordinatorSession::Drain() { Leave(""); }

void CoordinatorSession::Leave(const std::string& why) {
  if (draining_ || end_asked_ || stream_done_) return;
  draining_ = true;
  v1::AgentMessage::Event event;
  event.mutable_draining()->set_reason(why);
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
    stream_done_ = true;
  } else if (!stream_done_) {
    stream_->Cancel();
  }
}

void CoordinatorSession::OnMessage(const v1::CoordinatorMessage& message) {
  if (!greeted_) {
    if (!message.has_start_run()) {
      Abort("the coordinator did not begin with start_run");
      return;
    }
    if (message.start_run().protocol_version() != v1::PROTOCOL_VERSION_CURRENT) {
      Abort(absl::StrCat("this agent speaks protocol version ", v1::PROTOCOL_VERSION_CURRENT, ", the coordinator ",
                         message.start_run().protocol_version(), ": install the same version of Fastest on both"));
      return;
    }
    greeted_ = true;
    OnStartRun(message.start_run());
    return;
  }
  switch (message.message_case()) {
    case v1::CoordinatorMessage::kStartWorker:
      // It reads the files anew.
      if (files_.has_value()) LeaveUnless(files_->Compare());
      StartWorker(message.start_worker());
      break;
    case v1::CoordinatorMessage::kGrant: {
      // A worker that ends has what it was given taken back.
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
      if (message.stop_run().now()) {
        cut_off_ = true;
        pool_.KillAll(message.stop_run().reason().empty() ? "the run was stopped" : message.stop_run().reason());
      } else {
        pool_.Stop(message.stop_run().reason());
      }
      break;
    case v1::CoordinatorMessage::kEndRun:
      end_asked_ = true;
      stream_->Forgo();
      pool_.EndAll("the run has ended");
      break;
    case v1::CoordinatorMessage::kStartRun:
      Abort("the coordinator began a second run on one stream");
      break;
    case v1::CoordinatorMessage::kResume:
      // The stream's own.
    case v1::CoordinatorMessage::MESSAGE_NOT_SET:
      // Of a newer coordinator of the same protocol: nothing that must be understood.
      break;
  }
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
    std::vector<std::string> changes(start.absent_environment().begin(), start.absent_environment().end());
    for (const auto& [name, value] : start.environment()) changes.push_back(absl::StrCat(name, "=", value));
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
  stream_done_ = true;
  loop_->Cancel(close_timer_);
  result_ = aborted_.ok() ? status : aborted_;
  pool_.EndAll("the coordinator has gone");
  TellIfOver();
}

void CoordinatorSession::OnWorkersGone() {
  if ((!end_asked_ && !draining_) || stream_done_ || stream_ == nullptr) return;
  stream_->CloseWrites();
  close_timer_ = loop_->At(clock_->Now() + options_.close_limit, [this] { stream_->Cancel(); });
}

void CoordinatorSession::OnZygoteEnded() {
  zygote_ended_ = true;
  TellIfOver();
}

void CoordinatorSession::TellIfOver() {
  if (!stream_done_ || !zygote_ended_) return;
  if (!aborted_.ok()) result_ = aborted_;
  if (options_.record != nullptr && !run_id_.empty()) options_.record->RunEnded(run_id_);
  callbacks_.on_over(this);
}

}  // namespace fastest::agent
