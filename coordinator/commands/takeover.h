// --pdb and other options that need the user's keyboard: pytest itself takes over the terminal.
#ifndef FASTEST_COORDINATOR_COMMANDS_TAKEOVER_H_
#define FASTEST_COORDINATOR_COMMANDS_TAKEOVER_H_

#include "coordinator/request/run_request.h"

namespace fastest::commands {

// Replaces this process by pytest. Returns only if pytest cannot be run: the exit code, with the reason on standard
// error.
int TakeoverCommand(const request::RunRequest& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_TAKEOVER_H_
