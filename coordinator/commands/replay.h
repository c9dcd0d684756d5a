// --from-json FILE: the reports and the exit code of a run, once more, from its event file.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPLAY_H_
#define FASTEST_COORDINATOR_COMMANDS_REPLAY_H_

#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::commands {

// `line` is what was typed, without settings. Gives the exit code of the run that wrote the file; 10 if that run was
// cut off; 4 if the file cannot be read, with one line on standard error.
int ReplayCommand(const options::CommandLine& line, const request::Invocation& invocation);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPLAY_H_
