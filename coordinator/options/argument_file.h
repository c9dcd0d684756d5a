// Arguments that stand in a file: "@FILE" on the command line, as pytest 8.2 and later take it.
#ifndef FASTEST_COORDINATOR_OPTIONS_ARGUMENT_FILE_H_
#define FASTEST_COORDINATOR_OPTIONS_ARGUMENT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::options {

// `args` with each "@FILE" replaced by the lines of FILE, one argument a line, where "@FILE" may stand again. The value of an option of ours
// stays as it is (--agents @FILE). A relative FILE lies in the working directory. Errors: InvalidArgument naming the file.
absl::StatusOr<std::vector<std::string>> WithArgumentFiles(const std::vector<std::string>& args);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_ARGUMENT_FILE_H_
