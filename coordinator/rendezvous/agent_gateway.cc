#include "coordinator/rendezvous/agent_gateway.h"

#include <chrono>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/grpc_limits.h"

namespace fastest::rendezvous {
namespace {

// Events that may wait for the run's thread before streams pause reading; gRPC's flow control then holds the agents back.
constexpr size_t kQueueBound = 20000;

std::string OtherVersion(const v1::AgentMessage::Hello& hello) {
  return absl::StrCat("this coordinator speaks protocol version ", v1::PROTOCOL_VERSION_CURRENT, ", the agent ",
                      hello.protocol_version(), ": install the same version of Fastest on both");
}

}  // namespace

// One agent's stream, as the gateway calls it.
class AgentGateway::Link {
 public:
  virtual ~Link() = default;
  virtual void Send(const v1::CoordinatorMessage& message) = 0;
  virtual void Close(grpc::Status status) = 0;
  // Goes on reading if it paused because the queue was full.
  virtual void Resume() = 0;
};

// What is the same whoever dialled. gRPC calls the On… methods, one at a time for reads and one at a time for writes. When gRPC is
// done with it the gateway deletes it, on a thread that is not gRPC's: the last one to hold a channel may not be gRPC itself.
template <class Reactor>
class AgentGateway::Stream : public AgentGateway::Link, public Reactor {
 public:
  Stream(AgentGateway* gateway, int agent, std::string address)
      : gateway_(gateway), agent_(agent), address_(std::move(address)) {}

  void Send(const v1::CoordinatorMessage& message) override {
    absl::MutexLock lock(&mu_);
    if (finishing_ || closing_) return;
    outgoing_.push_back(message);
    WriteNext();
  }

  void Close(grpc::Status status) override {
    absl::MutexLock lock(&mu_);
    if (closing_) return;
    closing_ = true;
    // Not even what is being written needs to arrive.
    if (!status.ok()) Cancel();
    final_status_ = std::move(status);
    FinishIfWritten();
  }

  void Resume() override {
    absl::MutexLock lock(&mu_);
    if (!read_paused_ || finishing_) return;
    read_paused_ = false;
    this->StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      OnReadEnd();
      return;
    }
    std::vector<AgentEvent> events;
    if (!joined_) {
      const grpc::Status greeted = Greet();
      if (!greeted.ok()) {
        why_not_ = greeted.error_message();
        Close(greeted);
        return;
      }
      joined_ = true;
      AgentEvent& event = Add(AgentEvent::Kind::kJoined, events);
      event.hello = incoming_.hello();
    } else {
      for (v1::AgentMessage::Event& from : *incoming_.mutable_events()->mutable_events()) {
        Add(AgentEvent::Kind::kMessage, events).event.Swap(&from);
      }
    }
    gateway_->Push(std::move(events));
    {
      absl::MutexLock lock(&mu_);
      read_paused_ = true;
    }
    // Paused first: a Take() that empties the queue after this look will find it so.
    if (!gateway_->Full()) Resume();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    outgoing_.pop_front();
    if (!ok) outgoing_.clear();
    WriteNext();
    if (closing_) FinishIfWritten();
  }

 protected:
  virtual void OnReadEnd() = 0;
  virtual void Cancel() {}
  // Called once, with mu_ held, when no write is under way and none will be begun.
  virtual void Finish(const grpc::Status& status) = 0;

  // gRPC is done with this.
  void Over(const std::string& why) {
    std::vector<AgentEvent> events;
    AgentEvent& event = Add(joined_ ? AgentEvent::Kind::kLeft : AgentEvent::Kind::kUnreachable, events);
    event.why = why_not_.empty() ? why : why_not_;
    gateway_->StreamOver(this, agent_, std::move(events));
  }

  AgentGateway* gateway() const { return gateway_; }
  void StartReading() { this->StartRead(&incoming_); }

 private:
  AgentEvent& Add(AgentEvent::Kind kind, std::vector<AgentEvent>& events) {
    AgentEvent& event = events.emplace_back();
    event.kind = kind;
    event.agent = agent_;
    event.address = address_;
    return event;
  }

  grpc::Status Greet() const {
    if (!incoming_.has_hello()) {
      return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "the first message of an agent must be hello");
    }
    if (incoming_.hello().protocol_version() != v1::PROTOCOL_VERSION_CURRENT) {
      return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, OtherVersion(incoming_.hello()));
    }
    return grpc::Status::OK;
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || outgoing_.empty() || finishing_) return;
    writing_ = true;
    this->StartWrite(&outgoing_.front());
  }

  void FinishIfWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finishing_ || writing_ || !outgoing_.empty()) return;
    finishing_ = true;
    Finish(final_status_);
  }

  AgentGateway* const gateway_;
  const int agent_;
  const std::string address_;
  // Only touched by OnReadDone, which gRPC never runs twice at a time, and after the last of them.
  v1::AgentMessage incoming_;
  bool joined_ = false;
  std::string why_not_;

  absl::Mutex mu_;
  std::deque<v1::CoordinatorMessage> outgoing_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool read_paused_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool finishing_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Status final_status_ ABSL_GUARDED_BY(mu_);
};

// An agent that dialled in.
class AgentGateway::Incoming final : public Stream<grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>> {
 public:
  Incoming(AgentGateway* gateway, int agent) : Stream(gateway, agent, "") { StartReading(); }
  void OnCancel() override { Close(grpc::Status::CANCELLED); }
  void OnDone() override { Over("its stream broke"); }

 protected:
  void OnReadEnd() override { Close(grpc::Status::OK); }
  void Finish(const grpc::Status& status) override { ServerBidiReactor::Finish(status); }
};

// An agent that was dialled.
class AgentGateway::Outgoing final : public Stream<grpc::ClientBidiReactor<v1::CoordinatorMessage, v1::AgentMessage>> {
 public:
  Outgoing(AgentGateway* gateway, int agent, const std::string& address)
      : Stream(gateway, agent, address),
        stub_(v1::Agent::NewStub(
            grpc::CreateCustomChannel(address, gateway->security_->ForClient(address), ClientArguments(address)))) {
    gateway->security_->Present(&context_);
  }
  void Start() {
    stub_->async()->Serve(&context_, this);
    // Writes are started from outside gRPC's calls. Taken back when no more will be.
    AddHold();
    StartReading();
    StartCall();
  }
  void OnDone(const grpc::Status& status) override {
    Over(status.ok() ? "it has ended its part" : status.error_message());
  }

 protected:
  // The agent has said all, or the stream is broken: how comes with OnDone.
  void OnReadEnd() override { Close(grpc::Status::OK); }
  void Cancel() override { context_.TryCancel(); }
  void Finish(const grpc::Status& /*status*/) override { RemoveHold(); }

 private:
  const std::unique_ptr<v1::Agent::Stub> stub_;
  grpc::ClientContext context_;
};

absl::StatusOr<std::string> AgentGateway::Listen(const std::string& address) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, security_->ForServer(address), &port);
  builder.RegisterService(this);
  PrepareServer(&builder);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen for agents on ", address));
  }
  if (address.rfind("unix:", 0) == 0) return address;
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

int AgentGateway::Dial(const std::string& address) {
  Outgoing* stream = nullptr;
  int agent = 0;
  {
    absl::MutexLock lock(&mu_);
    agent = next_agent_++;
    stream = new Outgoing(this, agent, address);
    links_[agent] = stream;
  }
  stream->Start();
  return agent;
}

AgentGateway::AgentGateway(const TransportSecurity* security) : security_(security) {}

AgentGateway::~AgentGateway() {
  {
    absl::MutexLock lock(&mu_);
    for (auto& [agent, link] : links_) link->Close(grpc::Status::CANCELLED);
  }
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(
      +[](std::map<int, Link*>* links) { return links->empty(); }, &links_));
}

std::vector<AgentEvent> AgentGateway::Take(absl::Duration timeout) {
  // Destroyed at the end, without the lock.
  std::vector<std::unique_ptr<Link>> over;
  absl::MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(
                           +[](std::deque<AgentEvent>* events) { return !events->empty(); }, &events_),
                       timeout);
  over.swap(over_);
  const bool was_full = events_.size() > kQueueBound;
  std::vector<AgentEvent> taken(std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
  events_.clear();
  if (was_full) {
    for (auto& [agent, link] : links_) link->Resume();
  }
  return taken;
}

void AgentGateway::Send(int agent, const v1::CoordinatorMessage& message) {
  absl::MutexLock lock(&mu_);
  const auto it = links_.find(agent);
  if (it != links_.end()) it->second->Send(message);
}

void AgentGateway::Close(int agent) {
  absl::MutexLock lock(&mu_);
  const auto it = links_.find(agent);
  if (it != links_.end()) it->second->Close(grpc::Status::OK);
}

grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>* AgentGateway::Join(
    grpc::CallbackServerContext* context) {
  const grpc::Status admitted = security_->Admit(*context);
  absl::MutexLock lock(&mu_);
  const int agent = next_agent_++;
  auto* stream = new Incoming(this, agent);
  links_[agent] = stream;
  if (!admitted.ok()) stream->Close(admitted);
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

void AgentGateway::StreamOver(Link* link, int agent, std::vector<AgentEvent> last) {
  absl::MutexLock lock(&mu_);
  links_.erase(agent);
  over_.emplace_back(link);
  events_.insert(events_.end(), std::make_move_iterator(last.begin()), std::make_move_iterator(last.end()));
}

}  // namespace fastest::rendezvous
