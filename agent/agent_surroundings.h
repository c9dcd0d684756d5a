// The machine and the environment that an agent is started in.
#ifndef FASTEST_AGENT_AGENT_SURROUNDINGS_H_
#define FASTEST_AGENT_AGENT_SURROUNDINGS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace fastest::agent {

// The options' defaults depend on these.
struct AgentSurroundings {
  uint32_t cores = 1;
  // FailedPrecondition: it is gone.
  absl::StatusOr<std::string> working_dir;
  std::string hostname;
  // VIRTUAL_ENV and FASTEST_RUNNER; empty: unset.
  std::string virtual_env;
  std::string runner;
};

// Of this process.
AgentSurroundings ReadSurroundings();

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_AGENT_SURROUNDINGS_H_
