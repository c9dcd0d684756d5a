// Arguments in a file: "@FILE" on the command line, as pytest 8.2 and later have it.
#ifndef FASTEST_COORDINATOR_OPTIONS_ARGUMENT_FILE_H_
#define FASTEST_COORDINATOR_OPTIONS_ARGUMENT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::options {

// `args` with each "@FILE" replaced by the lines of FILE. A line is one argument, and may be "@FILE" again. The value
// of one of Fastest's own options stays as it is (--agents @FILE). A relative FILE lies in the working directory.
// InvalidArgument names a file that can't be read.
absl::StatusOr<std::vector<std::string>> WithArgumentFiles(const std::vector<std::string>& args);

}  // namespace fastest::options

#endif  // FASTEST_COORDINATOR_OPTIONS_ARGUMENT_FILE_H_
