// --bisect: which tests of a worker's sequence spoil its last test.
#ifndef FASTEST_COORDINATOR_COMMANDS_BISECT_H_
#define FASTEST_COORDINATOR_COMMANDS_BISECT_H_

#include "coordinator/isolation/sequence.h"
#include "coordinator/request/run_request.h"

namespace fastest::commands {

// Prints what it finds to standard output, and what it is doing to standard error. Gives the exit code:
// - 0: the spoilers are named, or the test comes out the same by itself
// - 1: nothing can be said, since the test does not come out the same each time
// - 2: a signal ended the search
// - 3: a run could not be made
int BisectCommand(const isolation::Sequence& sequence, const request::RunRequest& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_BISECT_H_
