// --doctor: runs a suite with pytest and with Fastest, and says on one screen what differs and how long each took.
#ifndef FASTEST_COORDINATOR_COMMANDS_DOCTOR_H_
#define FASTEST_COORDINATOR_COMMANDS_DOCTOR_H_

#include <string>
#include <vector>

#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// `args` are this program's arguments, of which `line` and `request` were made. Runs children of this process, one
// after another. Prints the comparison to standard output, and what it is doing to standard error. Gives the exit code:
// - 0: the same verdict
// - 1: another verdict
// - 2: a signal ended it
// - 3: there is nothing to compare
// - 4: an option does not go with --doctor
int DoctorCommand(const std::vector<std::string>& args, const options::CommandLine& line,
                  const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_DOCTOR_H_
