#include "coordinator/rendezvous/agent_gateway.h"

#include <chrono>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::rendezvous {
namespace {

// Events that may wait for the run's thread before streams pause reading; gRPC's flow control then holds the agents back.
constexpr size_t kQueueBound = 20000;
// A result carries at most a worker's frame (64 MiB) of text.
constexpr int kMaxMessageBytes = 80 << 20;

}  // namespace

// One agent's stream. gRPC calls the On… methods, one at a time for reads and one at a time for writes; it deletes itself in OnDone.
class AgentGateway::Stream final : public grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage> {
 public:
  Stream(AgentGateway* gateway, int agent) : gateway_(gateway), agent_(agent) { StartRead(&incoming_); }

  int agent() const { return agent_; }

  void Send(const v1::CoordinatorMessage& message) {
    absl::MutexLock lock(&mu_);
    if (finishing_) return;
    outgoing_.push_back(message);
    WriteNext();
  }

  void Close(grpc::Status status) {
    absl::MutexLock lock(&mu_);
    CloseLocked(std::move(status));
  }

  // Goes on reading if it paused because the queue was full.
  void Resume() {
    absl::MutexLock lock(&mu_);
    if (!read_paused_ || finishing_) return;
    read_paused_ = false;
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Close(grpc::Status::OK);
      return;
    }
    std::vector<AgentEvent> events;
    if (!joined_) {
      if (!Greet()) return;
      AgentEvent& event = events.emplace_back();
      event.kind = AgentEvent::Kind::kJoined;
      event.agent = agent_;
      event.hello = incoming_.hello();
    } else {
      for (v1::AgentMessage::Event& from : *incoming_.mutable_events()->mutable_events()) {
        AgentEvent& event = events.emplace_back();
        event.agent = agent_;
        event.event.Swap(&from);
      }
    }
    gateway_->Push(std::move(events));
    const bool full = gateway_->Full();
    absl::MutexLock lock(&mu_);
    if (full) {
      read_paused_ = true;
    } else if (!finishing_) {
      StartRead(&incoming_);
    }
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    outgoing_.pop_front();
    if (!ok) outgoing_.clear();
    if (!outgoing_.empty()) {
      WriteNext();
    } else if (closing_) {
      FinishLocked();
    }
  }

  void OnCancel() override { Close(grpc::Status::CANCELLED); }

  void OnDone() override {
    if (joined_) {
      AgentEvent left;
      left.kind = AgentEvent::Kind::kLeft;
      left.agent = agent_;
      gateway_->Push({left});
    }
    gateway_->StreamDone(agent_);
    delete this;
  }

 private:
  // False if the agent is not one that we can talk to; the stream then ends.
  bool Greet() {
    if (!incoming_.has_hello()) {
      Close(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "the first message of an agent must be hello"));
      return false;
    }
    if (incoming_.hello().protocol_version() != v1::PROTOCOL_VERSION_CURRENT) {
      Close(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                         absl::StrCat("this coordinator speaks protocol version ", v1::PROTOCOL_VERSION_CURRENT,
                                      ", the agent ", incoming_.hello().protocol_version(),
                                      ": install the same version of Fastest on both")));
      return false;
    }
    joined_ = true;
    return true;
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || outgoing_.empty()) return;
    writing_ = true;
    StartWrite(&outgoing_.front());
  }

  void CloseLocked(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (closing_) return;
    closing_ = true;
    final_status_ = std::move(status);
    if (!writing_ && outgoing_.empty()) FinishLocked();
  }

  void FinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finishing_) return;
    finishing_ = true;
    Finish(final_status_);
  }

  AgentGateway* const gateway_;
  const int agent_;
  // Only touched by OnReadDone, which gRPC never runs twice at a time, and by OnDone after the last of them.
  v1::AgentMessage incoming_;
  bool joined_ = false;

  absl::Mutex mu_;
  std::deque<v1::CoordinatorMessage> outgoing_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool read_paused_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool finishing_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Status final_status_ ABSL_GUARDED_BY(mu_);
};

absl::StatusOr<std::unique_ptr<AgentGateway>> AgentGateway::Listen(const std::string& address) {
  auto gateway = std::unique_ptr<AgentGateway>(new AgentGateway());
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.RegisterService(gateway.get());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  gateway->server_ = builder.BuildAndStart();
  if (gateway->server_ == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot listen for agents on ", address));
  }
  return gateway;
}

AgentGateway::~AgentGateway() {
  if (server_ != nullptr) {
    {
      absl::MutexLock lock(&mu_);
      for (auto& [agent, stream] : streams_) stream->Close(grpc::Status::CANCELLED);
    }
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(+[](std::map<int, Stream*>* streams) { return streams->empty(); }, &streams_));
}

std::vector<AgentEvent> AgentGateway::Take(absl::Duration timeout) {
  absl::MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(+[](std::deque<AgentEvent>* events) { return !events->empty(); }, &events_),
                       timeout);
  std::vector<AgentEvent> taken(std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
  events_.clear();
  for (auto& [agent, stream] : streams_) stream->Resume();
  return taken;
}

void AgentGateway::Send(int agent, const v1::CoordinatorMessage& message) {
  absl::MutexLock lock(&mu_);
  const auto it = streams_.find(agent);
  if (it != streams_.end()) it->second->Send(message);
}

void AgentGateway::Close(int agent) {
  absl::MutexLock lock(&mu_);
  const auto it = streams_.find(agent);
  if (it != streams_.end()) it->second->Close(grpc::Status::OK);
}

grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>* AgentGateway::Join(
    grpc::CallbackServerContext* /*context*/) {
  absl::MutexLock lock(&mu_);
  const int agent = next_agent_++;
  auto* stream = new Stream(this, agent);
  streams_[agent] = stream;
  return stream;
}

void AgentGateway::Push(std::vector<AgentEvent> events) {
  absl::MutexLock lock(&mu_);
  events_.insert(events_.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
}

bool AgentGateway::Full() {
  absl::MutexLock lock(&mu_);
  return events_.size() > kQueueBound;
}

void AgentGateway::StreamDone(int agent) {
  absl::MutexLock lock(&mu_);
  streams_.erase(agent);
}

}  // namespace fastest::rendezvous
