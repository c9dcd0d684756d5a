#include "agent/coordinator/coordinator_call.h"

#include <utility>

namespace fastest::agent {

CoordinatorCall::CoordinatorCall(Owner* owner, std::unique_ptr<Transport> transport, v1::AgentMessage greeting,
                                 absl::Time now)
    : owner_(owner), transport_(std::move(transport)), opened_at_(now) {
  transport_->Start(this);
  Write(std::move(greeting));
}

void CoordinatorCall::GoOn() {
  if (stage_ == Stage::kGreets) stage_.To(Stage::kGoesOn);
}

void CoordinatorCall::Write(v1::AgentMessage message) {
  writes_.To(Writes::kUnderWay);
  transport_->Write(std::move(message));
}

void CoordinatorCall::CloseWrites() {
  writes_.To(Writes::kOver);
  transport_->CloseWrites();
}

void CoordinatorCall::Drop() {
  stage_.To(Stage::kDropped);
  transport_->Cancel();
}

void CoordinatorCall::OnMessage(v1::CoordinatorMessage message) {
  if (stage_ != Stage::kDropped) owner_->OnMessage(std::move(message));
}

void CoordinatorCall::OnWritten(bool ok) {
  writes_.To(ok ? Writes::kFree : Writes::kOver);
  if (ok && stage_ != Stage::kDropped) owner_->OnWritten();
}

void CoordinatorCall::OnDone(const absl::Status& status) { owner_->OnCallDone(this, status); }

}  // namespace fastest::agent
