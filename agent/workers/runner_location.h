// Where the Python side of a worker is.
#ifndef FASTEST_AGENT_WORKERS_RUNNER_LOCATION_H_
#define FASTEST_AGENT_WORKERS_RUNNER_LOCATION_H_

#include <string>

#include "absl/status/statusor.h"

namespace fastest::agent {

// The folder fastest_runner: `given` if it is not empty, else the one of the program `executable` (an absolute path).
// That is in the program's Bazel runfiles, beside the program, in lib/fastest beside the program's folder (packages),
// or in runner_py of the checkout that it was built in. NotFound says where was looked.
absl::StatusOr<std::string> FindRunner(const std::string& executable, const std::string& given);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_RUNNER_LOCATION_H_
