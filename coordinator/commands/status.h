// --status and --drain: agents say what they are and do, or end, without a run.
#ifndef FASTEST_COORDINATOR_COMMANDS_STATUS_H_
#define FASTEST_COORDINATOR_COMMANDS_STATUS_H_

#include "coordinator/request/farm_request.h"

namespace fastest::commands {

// Asks all agents at once, and prints what they say. Gives the exit code: 10 if an agent did not answer, 4 with one
// line on standard error if the agents cannot be asked.
int StatusCommand(const request::FarmRequest& request, bool text_to_stderr);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_STATUS_H_
