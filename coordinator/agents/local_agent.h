// The agent of a run without --agents: the run's own agent or, with --warm, the one that an earlier run has left. If
// the warm agent is of no use, or fails during the run, the run gets an agent of its own after all.
#ifndef FASTEST_COORDINATOR_AGENTS_LOCAL_AGENT_H_
#define FASTEST_COORDINATOR_AGENTS_LOCAL_AGENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/net/transport_security.h"
#include "coordinator/agents/agent_gateway.h"
#include "coordinator/agents/embedded_agent.h"
#include "coordinator/agents/warm_place.h"
#include "coordinator/run/run.h"

namespace fastest::agents {

// Belongs to the run's thread.
class LocalAgent final : public run::AgentPort {
 public:
  struct Options {
    int slots = 1;
    // The interpreter as the user gave it, and as FindProgram gives it.
    std::string python;
    std::string python_program;
    std::string invocation_dir;
    std::string rootdir;
    // --warm: where agents wait; empty: no warm agent is wanted.
    std::string warm_folder;
    // Another agent may go on when one has left. (Not where pytest's own text is the output: it would come twice.)
    bool may_replace = true;
    // Takes one line for the user.
    std::function<void(const std::string&)> note;
  };

  // Dials the warm agent, or starts an agent. InvalidArgument: the folder of --warm cannot be used. Other errors: no
  // agent can be started.
  static absl::StatusOr<std::unique_ptr<LocalAgent>> Open(Options options);
  ~LocalAgent() override;

  // Drives the run, one turn after the other, until it is done. Calls `between_turns` after each turn. Once.
  void Drive(run::Run& run, const std::function<void()>& between_turns);

  // After the run has told its agent to end: waits for the agent's end, and ends all processes that are left. With
  // `leave` and --warm, leaves an agent for the next run if there is none.
  void End(bool leave);

  // AgentPort
  void Send(int agent, const v1::CoordinatorMessage& message) override { gateway_.Send(agent, message); }

 private:
  explicit LocalAgent(Options options) : options_(std::move(options)), gateway_(&plain_) {}

  absl::Status OpenWarmPlace();
  void DialWarm();
  absl::Status StartOwn();
  // Starts an agent in place of the warm one.
  void Replace(run::Run& run, const std::string& why);
  void Handle(AgentEvent& event, run::Run& run);
  void OnMessage(AgentEvent& event, run::Run& run);
  void OnJoined(const AgentEvent& event, run::Run& run);
  void OnLeft(const AgentEvent& event, run::Run& run);
  void LookAfterOwn(run::Run& run);

  const Options options_;
  const TransportSecurity plain_;
  AgentGateway gateway_;
  // With --warm.
  std::optional<WarmPlace> warm_place_;
  // The gateway's number of the warm agent while the run counts on it; else -1.
  int warm_ = -1;
  bool warm_joined_ = false;
  absl::Time warm_deadline_;
  // The number of a warm agent that the run has given up; -1: there is none.
  int given_up_ = -1;
  std::unique_ptr<SocketDirectory> socket_;
  std::unique_ptr<EmbeddedAgent> own_;
  bool own_joined_ = false;
  absl::Time own_deadline_;
};

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_LOCAL_AGENT_H_
