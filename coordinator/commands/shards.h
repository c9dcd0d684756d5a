// --shards N --plan-out FILE: divides the tests among CI jobs, without a run.
#ifndef FASTEST_COORDINATOR_COMMANDS_SHARDS_H_
#define FASTEST_COORDINATOR_COMMANDS_SHARDS_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Writes the plan, and prints how even the division is. Gives the exit code: 4 if tests cannot be looked for or the
// plan cannot be written, 5 if there are no tests.
int ShardsCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
                  const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_SHARDS_H_
