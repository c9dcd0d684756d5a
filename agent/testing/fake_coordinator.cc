#include "agent/testing/fake_coordinator.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace fastest::agent {
namespace {

// Longer than anything takes on any machine.
constexpr absl::Duration kForever = absl::Minutes(1);

}  // namespace

FakeCoordinator::FakeCoordinator(const std::string& folder) : address_(absl::StrCat("unix:", folder, "/c")) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
  builder.RegisterService(this);
  builder.SetMaxReceiveMessageSize(-1);
  server_ = builder.BuildAndStart();
}

FakeCoordinator::~FakeCoordinator() {
  HoldBack(false);
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

std::optional<v1::AgentMessage::Hello> FakeCoordinator::WaitForHello() {
  absl::MutexLock lock(&mu_);
  const auto there = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return hello_.has_value(); };
  mu_.AwaitWithTimeout(absl::Condition(&there), kForever);
  return hello_;
}

void FakeCoordinator::Send(const v1::CoordinatorMessage& message) {
  absl::MutexLock lock(&mu_);
  if (stream_ != nullptr) stream_->Write(message);
}

void FakeCoordinator::Close(const grpc::Status& status) {
  absl::MutexLock lock(&mu_);
  close_ = status;
  if (status.error_code() == grpc::StatusCode::CANCELLED && context_ != nullptr) context_->TryCancel();
}

void FakeCoordinator::Break() {
  absl::MutexLock lock(&mu_);
  hello_.reset();
  if (context_ != nullptr) context_->TryCancel();
}

uint64_t FakeCoordinator::received() {
  absl::MutexLock lock(&mu_);
  return received_;
}

void FakeCoordinator::HoldBack(bool hold) {
  absl::MutexLock lock(&mu_);
  held_back_ = hold;
}

std::optional<v1::AgentMessage::Event> FakeCoordinator::WaitFor(
    const std::function<bool(const v1::AgentMessage::Event&)>& wanted, size_t* position) {
  absl::MutexLock lock(&mu_);
  size_t next = *position;
  const auto found = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    while (next < events_.size() && !wanted(events_[next])) ++next;
    return next < events_.size() || ended_;
  };
  mu_.AwaitWithTimeout(absl::Condition(&found), kForever);
  if (next >= events_.size()) return std::nullopt;
  *position = next + 1;
  return events_[next];
}

std::vector<v1::AgentMessage::Event> FakeCoordinator::events() {
  absl::MutexLock lock(&mu_);
  return events_;
}

int FakeCoordinator::message_count() {
  absl::MutexLock lock(&mu_);
  return message_count_;
}

bool FakeCoordinator::WaitForEnd() {
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&ended_), kForever);
}

grpc::Status FakeCoordinator::Join(grpc::ServerContext* context,
                                   grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::AgentMessage>* stream) {
  {
    absl::MutexLock lock(&mu_);
    context_ = context;
    stream_ = stream;
    ended_ = false;
  }
  const auto may_read = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !held_back_; };
  v1::AgentMessage message;
  bool closed = false;
  while (!closed && stream->Read(&message)) {
    absl::MutexLock lock(&mu_);
    ++message_count_;
    if (message.has_hello()) hello_ = message.hello();
    received_ = std::max(received_, message.seq());
    for (const auto& event : message.events().events()) events_.push_back(event);
    closed = close_.has_value();
    mu_.Await(absl::Condition(&may_read));
  }
  absl::MutexLock lock(&mu_);
  // A broken stream may end after the next one has begun.
  if (context_ == context) {
    context_ = nullptr;
    stream_ = nullptr;
    ended_ = true;
  }
  return close_.value_or(grpc::Status::OK);
}

}  // namespace fastest::agent
