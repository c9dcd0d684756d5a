// A run of the tests, on this machine or on a farm.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUN_H_
#define FASTEST_COORDINATOR_COMMANDS_RUN_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Runs the tests, reports, and gives the process's exit code. Installs handlers for SIGINT, SIGTERM and SIGHUP: call it
// once, from the main thread. Errors are one line on standard error.
int RunCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
               const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUN_H_
