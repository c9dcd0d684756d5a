// The agent as a whole: the parts that a process has once, and its exit code.
#ifndef FASTEST_AGENT_AGENT_H_
#define FASTEST_AGENT_AGENT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/agent_host.h"
#include "agent/agent_options.h"
#include "agent/coordinator/agent_server.h"
#include "agent/coordinator/warm_socket.h"
#include "agent/end_signals.h"
#include "agent/record/agent_record.h"
#include "base/clock.h"
#include "base/net/metrics_server.h"
#include "base/net/transport_security.h"
#include "base/process/event_loop.h"

namespace fastest::agent {

// Belongs to the main thread. One for each process: it takes over signals, directory and child processes.
class Agent {
 public:
  // Listens, or makes the first call to a coordinator; Python starts meanwhile. Before any other thread exists.
  // InvalidArgument: the options cannot be followed. AlreadyExists: another agent waits at the same warm socket. Other
  // errors: the system refused. Each message is for the user.
  static absl::StatusOr<std::unique_ptr<Agent>> Start(const AgentOptions& options, const std::string& hostname);

  // Serves coordinators until the end, and leaves no process behind. Returns the exit code.
  int Run();

 private:
  explicit Agent(const AgentOptions& options) : options_(options), warm_(!options.warm_socket.empty()) {}

  // Claims what belongs to this agent alone, before anything is served.
  absl::Status Claim();
  absl::Status MakeHost(const std::string& hostname);
  absl::Status ServeMetrics();
  absl::Status Listen();
  void OnSignal(const std::string& name);
  // Ends a warm agent when no run can come to it any more.
  void WatchWarmSocket();

  const AgentOptions options_;
  const bool warm_;
  std::string program_;
  std::string runner_;
  std::optional<TransportSecurity> security_;
  std::unique_ptr<WarmSocket> socket_;
  std::optional<EndSignals> signals_;
  RealClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::optional<AgentRecord> record_;
  std::unique_ptr<MetricsServer> metrics_;
  std::optional<AgentHost> host_;
  std::unique_ptr<AgentServer> server_;
  bool signalled_ = false;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_AGENT_H_
