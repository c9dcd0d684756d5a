// --check-isolation: runs the suite in several orders, and names the tests that come out differently.
#ifndef FASTEST_COORDINATOR_COMMANDS_CHECK_ISOLATION_H_
#define FASTEST_COORDINATOR_COMMANDS_CHECK_ISOLATION_H_

#include "coordinator/options/command_line.h"
#include "coordinator/request/run_request.h"

namespace fastest::commands {

// Prints what it finds to standard output, and what it is doing to standard error. Gives the exit code:
// - 0: no test came out differently in any order
// - 1: some tests did
// - 2: a signal ended the search
// - 3: a run could not be made
// - 4: an option does not go with --check-isolation
// - pytest's own code if pytest runs no test
int CheckIsolationCommand(const options::CommandLine& line, const request::RunRequest& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_CHECK_ISOLATION_H_
