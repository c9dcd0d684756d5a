// --merge PATH…: the verdict and the reports of a run that was divided among jobs.
#ifndef FASTEST_COORDINATOR_COMMANDS_MERGE_H_
#define FASTEST_COORDINATOR_COMMANDS_MERGE_H_

#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::commands {

// `line` is what was typed, without settings. Gives the exit code of the whole run; 10 if a part or the coverage data
// of a part is missing; 4 if a file cannot be read. Errors are one line on standard error.
int MergeCommand(const options::CommandLine& line, const request::Invocation& invocation);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_MERGE_H_
