// Asks agents what they are and do, or to end, without a run.
#ifndef FASTEST_COORDINATOR_AGENTS_AGENT_STATUS_H_
#define FASTEST_COORDINATOR_AGENTS_AGENT_STATUS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/net/transport_security.h"
#include "proto/agent_service.pb.h"

namespace fastest::agents {

// What one agent answered.
struct AgentAnswer {
  std::string address;
  // Why there is no answer, for people.
  absl::Status error;
  v1::AgentStatus status;
};

// Asks all agents at once for their status, or with `drain` to finish and end. Waits a few seconds at most.
std::vector<AgentAnswer> AskAgents(const std::vector<std::string>& addresses, const TransportSecurity& security,
                                   bool drain);

// The addresses of the agents in `wanted` (--drain): HOST:PORT stays, a name is looked for among `answers`. NotFound:
// no agent has the name. InvalidArgument: several have it.
absl::StatusOr<std::vector<std::string>> AddressesToDrain(const std::vector<std::string>& wanted,
                                                          const std::vector<AgentAnswer>& answers);

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_STATUS_H_
