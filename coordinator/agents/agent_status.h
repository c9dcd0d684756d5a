// --status and --drain: agents are asked what they are and do, or to end, without a run.
#ifndef FASTEST_COORDINATOR_AGENTS_AGENT_STATUS_H_
#define FASTEST_COORDINATOR_AGENTS_AGENT_STATUS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/request/request.h"
#include "proto/agent_service.pb.h"
#include "proto/exit_code.h"

namespace fastest::agents {

// What came of asking one.
struct AgentAnswer {
  std::string address;
  // Why there is no answer, for people.
  absl::Status error;
  v1::AgentStatus status;
};

// A table for people; a JSON array for programs, an object for each agent with its address, and its status or "error".
std::string StatusTable(const std::vector<AgentAnswer>& answers);
std::string StatusJson(const std::vector<AgentAnswer>& answers);

// The addresses of those that --drain means: HOST:PORT as it is, else the one of `answers` that has this name. NotFound, or InvalidArgument where
// several have it.
absl::StatusOr<std::vector<std::string>> AddressesToDrain(const std::vector<std::string>& wanted,
                                                          const std::vector<AgentAnswer>& answers);

// Asks all at once, prints what they say, and gives the exit code: kNotRun if one did not answer.
int AskAgents(const request::FarmOptions& options, bool text_to_stderr);

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_STATUS_H_
