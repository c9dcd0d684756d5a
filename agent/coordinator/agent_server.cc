#include "agent/coordinator/agent_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/coordinator/loop_stream.h"
#include "base/net/call_streams.h"
#include "base/net/grpc_limits.h"

namespace fastest::agent {
namespace {

using Reactor = grpc::ServerBidiReactor<v1::CoordinatorMessage, v1::AgentMessage>;
using Stream = LoopStream<ServerMessageStream<v1::CoordinatorMessage, v1::AgentMessage>>;

// A call of a coordinator. It has two holders: itself until gRPC is done with it, and the transport of the loop.
class Incoming final : public Stream {
 public:
  static std::shared_ptr<Incoming> Make(EventLoop* loop, grpc::CallbackServerContext* context) {
    auto incoming = std::shared_ptr<Incoming>(new Incoming(loop, context));
    incoming->self_ = incoming;
    return incoming;
  }

  void Begin(Transport::Listener* listener) {
    set_listener(listener);
    Stream::Begin();
  }

 private:
  Incoming(EventLoop* loop, grpc::CallbackServerContext* context) : Stream(loop, context) {}

  void OnOver(const grpc::Status& status) override {
    // The last step may destroy this.
    const std::shared_ptr<Incoming> self = std::move(self_);
    Stream::OnOver(status);
  }

  std::shared_ptr<Incoming> self_;
};

class AcceptedTransport final : public Transport {
 public:
  explicit AcceptedTransport(std::shared_ptr<Incoming> incoming) : incoming_(std::move(incoming)) {}
  ~AcceptedTransport() override {
    // Nobody wanted the call.
    incoming_->Close(grpc::Status(grpc::StatusCode::UNAVAILABLE, "this agent takes no more runs"));
  }
  void Start(Listener* listener) override { incoming_->Begin(listener); }
  void Write(v1::AgentMessage message) override { incoming_->Send(std::move(message)); }
  void CloseWrites() override { incoming_->Close(grpc::Status::OK); }
  void Cancel() override { incoming_->Cancel(); }

 private:
  const std::shared_ptr<Incoming> incoming_;
};

}  // namespace

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
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address,
                                               ": the port is taken, or the host is not an address of this machine"));
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

Reactor* AgentServer::Serve(grpc::CallbackServerContext* context) {
  std::shared_ptr<Incoming> incoming = Incoming::Make(loop_, context);
  Reactor* const reactor = incoming.get();
  if (const grpc::Status admitted = security_->Admit(*context); !admitted.ok()) {
    incoming->Close(admitted);
    return reactor;
  }
  // If the loop has stopped, this work is dropped and the transport with it, which ends the call.
  auto transport =
      std::make_shared<std::unique_ptr<Transport>>(std::make_unique<AcceptedTransport>(std::move(incoming)));
  const auto named = context->client_metadata().find(kRunMetadata);
  const std::string run_id =
      named == context->client_metadata().end() ? "" : std::string(named->second.data(), named->second.size());
  loop_->Post([this, transport, run_id] { accept_(std::move(*transport), run_id); });
  return reactor;
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
