// --warm=stop: ends the agents that runs with --warm have left.
#ifndef FASTEST_COORDINATOR_COMMANDS_STOP_WARM_H_
#define FASTEST_COORDINATOR_COMMANDS_STOP_WARM_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/request/warm_request.h"

namespace fastest::commands {

// Ends the project's agents, waits for their end, and names them on standard error. Gives the exit code: 3 if an agent
// does not end, 4 if the folder cannot be used.
int StopWarmCommand(const discovery::ProjectConfig& project, const request::WarmRequest& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_STOP_WARM_H_
