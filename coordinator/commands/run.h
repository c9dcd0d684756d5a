// The run as a command: the embedded agent, signals, the clock, terminal and files around a Run.
#ifndef FASTEST_COORDINATOR_COMMANDS_COMMAND_H_
#define FASTEST_COORDINATOR_COMMANDS_COMMAND_H_

#include "coordinator/discovery/discovery.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Runs and reports; answers the process's exit code. Installs handlers for SIGINT, SIGTERM and SIGHUP; call it once, from the main
// thread. What goes wrong is said in one line on stderr.
int RunCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
               const request::Request& request);

// What discovery has to look at for this command line.
discovery::DiscoveryOptions DiscoveryFor(const options::CommandLine& line, const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_COMMAND_H_
