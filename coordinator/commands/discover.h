// --discover: what the files say of the tests, without Python.
#ifndef FASTEST_COORDINATOR_COMMANDS_DISCOVER_H_
#define FASTEST_COORDINATOR_COMMANDS_DISCOVER_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Prints the tests to standard output and gives the exit code: 4 for paths that are not there, 5 if there are no tests.
// With --pyargs, Python is asked where the modules are.
int DiscoverCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
                    const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_DISCOVER_H_
