// Where the Python side of a worker lies.
#ifndef FASTEST_AGENT_WORKERS_RUNNER_LOCATION_H_
#define FASTEST_AGENT_WORKERS_RUNNER_LOCATION_H_

#include <string>

#include "absl/status/statusor.h"

namespace fastest::agent {

// The folder fastest_runner: `given` if it is not empty, else what belongs to the program `executable` (an absolute
// path): its Bazel runfiles, a folder beside it, or runner_py of the checkout that it was built in. NotFound says where
// was looked.
absl::StatusOr<std::string> FindRunner(const std::string& executable, const std::string& given);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_RUNNER_LOCATION_H_
