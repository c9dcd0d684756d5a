#include "agent/coordinator/agent_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/net/grpc_limits.h"
#include "base/net/grpc_status.h"

namespace fastest::agent {
namespace {

// Takes what gRPC has read, or the end of reading, to the loop's thread. Returns whether there is more to read.
bool HandOver(bool ok, v1::CoordinatorMessage* incoming, CoordinatorStream::Call* call, EventLoop* loop) {
  if (!ok) {
    loop->Post([call] { call->OnReadEnd(); });
    return false;
  }
  // Shared, since std::function copies what it holds.
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->Swap(incoming);
  loop->Post([call, message] { call->OnMessage(std::move(*message)); });
  return true;
}

class Dialled final : public CoordinatorStream::Transport,
                      public grpc::ClientBidiReactor<v1::AgentMessage, v1::CoordinatorMessage> {
 public:
  Dialled(std::shared_ptr<grpc::Channel> channel, const TransportSecurity* security, EventLoop* loop)
      : loop_(loop), stub_(v1::AgentRendezvous::NewStub(std::move(channel))) {
    security->Present(&context_);
  }

  void Start(CoordinatorStream::Call* call) override {
    call_ = call;
    stub_->async()->Join(&context_, this);
    // The loop starts writes when it likes: gRPC may not end the call under it. Taken back in Release.
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }
  void Write(const v1::AgentMessage* message) override { StartWrite(message); }
  void CloseWrites() override { StartWritesDone(); }
  void Cancel() override { context_.TryCancel(); }
  void Release() override { RemoveHold(); }

  void OnReadDone(bool ok) override {
    if (HandOver(ok, &incoming_, call_, loop_)) StartRead(&incoming_);
  }
  void OnWriteDone(bool ok) override {
    loop_->Post([call = call_, ok] { call->OnWritten(ok); });
  }
  void OnDone(const grpc::Status& status) override {
    loop_->Post([call = call_, status] { call->OnDone(FromGrpcStatus(status)); });
  }

 private:
  EventLoop* const loop_;
  CoordinatorStream::Call* call_ = nullptr;
  const std::unique_ptr<v1::AgentRendezvous::Stub> stub_;
  grpc::ClientContext context_;
  v1::CoordinatorMessage incoming_;
};

}  // namespace

std::unique_ptr<CoordinatorStream::Transport> DialCoordinator(const std::string& address,
                                                              const TransportSecurity* security, EventLoop* loop) {
  return std::make_unique<Dialled>(
      grpc::CreateCustomChannel(address, security->ForClient(address), ClientArguments(address)), security, loop);
}

// A stream that a coordinator opened. gRPC holds the reactor until its OnDone, the loop holds the transport until it is done with
// it: whoever lets go last deletes it.
class AgentServer::Incoming final : public grpc::ServerBidiReactor<v1::CoordinatorMessage, v1::AgentMessage> {
 public:
  explicit Incoming(EventLoop* loop, grpc::CallbackServerContext* context) : loop_(loop), context_(context) {}

  void Begin(CoordinatorStream::Call* call) {
    call_ = call;
    StartRead(&incoming_);
  }
  // On the loop's thread. The first one counts.
  void End(grpc::Status status) {
    if (ended_) return;
    ended_ = true;
    final_ok_ = status.ok();
    Finish(std::move(status));
  }
  void TryCancel() {
    // gRPC takes the context away when it is done.
    absl::MutexLock lock(&mu_);
    if (!done_) context_->TryCancel();
  }

  void OnReadDone(bool ok) override {
    if (HandOver(ok, &incoming_, call_, loop_)) StartRead(&incoming_);
  }
  void OnWriteDone(bool ok) override {
    loop_->Post([call = call_, ok] { call->OnWritten(ok); });
  }
  void OnDone() override {
    {
      absl::MutexLock lock(&mu_);
      done_ = true;
    }
    if (call_ != nullptr) {
      const absl::Status status =
          final_ok_ ? absl::OkStatus() : absl::UnavailableError("the coordinator's stream broke");
      loop_->Post([call = call_, status] { call->OnDone(status); });
    }
    Drop();
  }
  void Drop() {
    if (holders_.fetch_sub(1) == 1) delete this;
  }

  class Handle final : public CoordinatorStream::Transport {
   public:
    explicit Handle(Incoming* incoming) : incoming_(incoming) {}
    ~Handle() override {
      // Nobody wanted it.
      incoming_->End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "this agent takes no more runs"));
      incoming_->Drop();
    }
    void Start(CoordinatorStream::Call* call) override { incoming_->Begin(call); }
    void Write(const v1::AgentMessage* message) override { incoming_->StartWrite(message); }
    void CloseWrites() override { incoming_->End(grpc::Status::OK); }
    void Cancel() override { incoming_->TryCancel(); }
    void Release() override { incoming_->End(grpc::Status::CANCELLED); }

   private:
    Incoming* const incoming_;
  };

 private:
  EventLoop* const loop_;
  grpc::CallbackServerContext* const context_;
  CoordinatorStream::Call* call_ = nullptr;
  v1::CoordinatorMessage incoming_;
  bool ended_ = false;
  std::atomic<bool> final_ok_{false};
  std::atomic<int> holders_{2};
  absl::Mutex mu_;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
};

absl::StatusOr<std::unique_ptr<AgentServer>> AgentServer::Listen(const std::string& address,
                                                                 const TransportSecurity* security, EventLoop* loop,
                                                                 Accept accept, Questions questions) {
  auto server = std::unique_ptr<AgentServer>(new AgentServer(security, loop, std::move(accept), std::move(questions)));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, security->ForServer(address), &port);
  builder.RegisterService(server.get());
  PrepareServer(&builder);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address, ": the port is taken, or the host is not this machine's"));
  }
  server->address_ =
      absl::StartsWith(address, "unix:") ? address : absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
  return server;
}

AgentServer::~AgentServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

grpc::ServerBidiReactor<v1::CoordinatorMessage, v1::AgentMessage>* AgentServer::Serve(
    grpc::CallbackServerContext* context) {
  auto* incoming = new Incoming(loop_, context);
  auto handle = std::make_unique<Incoming::Handle>(incoming);
  if (grpc::Status admitted = security_->Admit(*context); !admitted.ok()) {
    incoming->End(std::move(admitted));
    return incoming;
  }
  // Should the loop have stopped, the work is dropped and the handle with it, which ends the stream.
  auto held = std::make_shared<std::unique_ptr<CoordinatorStream::Transport>>(std::move(handle));
  const auto named = context->client_metadata().find(kRunMetadata);
  const std::string run_id =
      named == context->client_metadata().end() ? "" : std::string(named->second.data(), named->second.size());
  loop_->Post([this, held, run_id] { accept_(std::move(*held), run_id); });
  return incoming;
}

bool AgentServer::Answer(grpc::CallbackServerContext* context, v1::AgentStatus* status) {
  grpc::Status admitted = security_->Admit(*context);
  const bool may = admitted.ok();
  if (may) *status = questions_.status();
  context->DefaultReactor()->Finish(std::move(admitted));
  return may;
}

grpc::ServerUnaryReactor* AgentServer::Status(grpc::CallbackServerContext* context,
                                              const v1::StatusRequest* /*request*/, v1::AgentStatus* status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  Answer(context, status);
  return reactor;
}

grpc::ServerUnaryReactor* AgentServer::Drain(grpc::CallbackServerContext* context, const v1::DrainRequest* /*request*/,
                                             v1::AgentStatus* status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (Answer(context, status)) loop_->Post(questions_.drain);
  return reactor;
}

}  // namespace fastest::agent
