// fastest-coordinator --from-json FILE: a run's reports and exit code once more, from what it wrote of itself; and --merge PATH…: those of a
// run that was divided.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPLAY_H_
#define FASTEST_COORDINATOR_COMMANDS_REPLAY_H_

#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// `line` is what was typed alone: neither settings nor the project's configuration change what has been. Gives the exit code of the run
// that wrote the file; 10 if it was cut off, or a part of it is missing; 4 for a file that can't be read.
int ReplayCommand(const options::CommandLine& line, const request::Surroundings& surroundings);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPLAY_H_
