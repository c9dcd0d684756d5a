// The agent as a gRPC server: coordinators call it, and people ask how it does.
#ifndef FASTEST_AGENT_COORDINATOR_AGENT_SERVER_H_
#define FASTEST_AGENT_COORDINATOR_AGENT_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "agent/coordinator/transport.h"
#include "base/net/transport_security.h"
#include "base/process/event_loop.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agent {

// Serves Agent.Serve, gRPC's health service and reflection. Lives on the loop's thread.
class AgentServer final : public v1::Agent::CallbackService {
 public:
  // Called on the loop's thread with each call of a coordinator: Start the transport, or let it go. `run_id`: the run
  // that the coordinator would resume; empty: a new run.
  using Accept = std::function<void(std::unique_ptr<Transport> transport, const std::string& run_id)>;

  // What others may ask of the agent.
  struct Questions {
    // On any thread.
    std::function<v1::AgentStatus()> status;
    // On the loop's thread.
    std::function<void()> drain;
  };

  // Listens on "unix:PATH" or HOST:PORT, port 0: any. `loop` and `security` outlive the server. Unavailable: the
  // address cannot be had.
  static absl::StatusOr<std::unique_ptr<AgentServer>> Listen(const std::string& address,
                                                             const TransportSecurity* security, EventLoop* loop,
                                                             Accept accept, Questions questions);
  // Each transport that was handed out must be gone or done.
  ~AgentServer() override;

  // As given; HOST:PORT with the port that was bound.
  const std::string& address() const { return address_; }

  grpc::ServerBidiReactor<v1::CoordinatorMessage, v1::AgentMessage>* Serve(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context, const v1::StatusRequest* request,
                                   v1::AgentStatus* status) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context, const v1::DrainRequest* request,
                                  v1::AgentStatus* status) override;

 private:
  AgentServer(const TransportSecurity* security, EventLoop* loop, Accept accept, Questions questions)
      : security_(security), loop_(loop), accept_(std::move(accept)), questions_(std::move(questions)) {}

  // Answers with the agent's status, if the caller may ask. Returns whether it may.
  bool Answer(grpc::CallbackServerContext* context, v1::AgentStatus* status);

  const TransportSecurity* const security_;
  EventLoop* const loop_;
  const Accept accept_;
  const Questions questions_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_AGENT_SERVER_H_
