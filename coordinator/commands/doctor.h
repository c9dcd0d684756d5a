// --doctor: whether a suite may move. Runs it with pytest and with Fastest and says on one screen what differs and how long each took.
#ifndef FASTEST_COORDINATOR_COMMANDS_DOCTOR_H_
#define FASTEST_COORDINATOR_COMMANDS_DOCTOR_H_

#include <string>
#include <vector>

#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// `args` are this program's, of which `line` and `request` were made. Runs children of this process, one after another; prints to standard
// output, and what it is at to standard error. Answers the exit code: 0 the same verdict, 1 another one, 3 there is none to compare, 4 what is
// asked for besides does not go with it.
int Doctor(const std::vector<std::string>& args, const options::CommandLine& line, const request::Request& request);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_DOCTOR_H_
