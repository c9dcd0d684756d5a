// --bisect and --check-isolation: tests that come out otherwise for what ran before them, found by running this program again and again.
#ifndef FASTEST_COORDINATOR_COMMANDS_ISOLATION_SEARCH_H_
#define FASTEST_COORDINATOR_COMMANDS_ISOLATION_SEARCH_H_

#include "coordinator/commands/replayed_run.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Both print what they find to standard output and what they are at to standard error, and answer the exit code; 2 if a signal ends them.

// Which tests have to run before the last of `sequence` for it to come out as it does at the end of it. 0: they are named, or it comes out so by
// itself; 1: that can't be said, since it does not come out the same each time; 3: a run could not be made.
int Bisect(const isolation::Sequence& sequence, const request::Request& request);

// 0: no test came out differently in any order; 1: some did; pytest's own code if there is nothing to compare; 3 as above; 4: what is asked for
// besides does not go with it.
int CheckIsolation(const options::CommandLine& line, const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_ISOLATION_SEARCH_H_
