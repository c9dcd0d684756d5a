// Where this process is.
#ifndef FASTEST_BASE_PROCESS_WORKING_DIRECTORY_H_
#define FASTEST_BASE_PROCESS_WORKING_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"

namespace fastest {

// The absolute path of the working directory. FailedPrecondition, with one line for the user: the directory was deleted
// meanwhile, or cannot be looked up. Every relative path of the process is of no use then.
absl::StatusOr<std::string> WorkingDirectory();

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_WORKING_DIRECTORY_H_
