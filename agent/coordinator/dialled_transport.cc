#include "agent/coordinator/dialled_transport.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "agent/coordinator/loop_stream.h"
#include "base/net/call_streams.h"
#include "base/net/grpc_limits.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agent {
namespace {

using Stream = LoopStream<ClientMessageStream<v1::CoordinatorMessage, v1::AgentMessage>>;

class DialledTransport final : public Transport, private Stream {
 public:
  DialledTransport(std::shared_ptr<grpc::Channel> channel, const TransportSecurity* security, EventLoop* loop)
      : Stream(loop), stub_(v1::AgentRendezvous::NewStub(std::move(channel))) {
    security->Present(&context());
  }

  void Start(Listener* listener) override {
    set_listener(listener);
    stub_->async()->Join(&context(), this);
    Begin();
  }
  void Write(v1::AgentMessage message) override { Send(std::move(message)); }
  void CloseWrites() override { Close(grpc::Status::OK); }
  void Cancel() override { Stream::Cancel(); }

 private:
  const std::unique_ptr<v1::AgentRendezvous::Stub> stub_;
};

}  // namespace

std::unique_ptr<Transport> DialCoordinator(const std::string& address, const TransportSecurity* security,
                                           EventLoop* loop) {
  return std::make_unique<DialledTransport>(
      grpc::CreateCustomChannel(address, security->ForClient(address), ClientArguments(address)), security, loop);
}

}  // namespace fastest::agent
