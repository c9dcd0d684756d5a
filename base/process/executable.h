// Where programs are.
#ifndef FASTEST_BASE_PROCESS_EXECUTABLE_H_
#define FASTEST_BASE_PROCESS_EXECUTABLE_H_

#include <string>

#include "absl/status/statusor.h"

namespace fastest {

// Absolute path of the running program's file, links resolved.
absl::StatusOr<std::string> OwnExecutable();

// The program `name` as a shell would find it. A name with a slash is a path; another name is looked for in the folders
// of `path`, which has the form of the PATH variable. NotFound names what was looked for. PermissionDenied: the file is
// there but may not be executed.
absl::StatusOr<std::string> FindProgram(const std::string& name, const std::string& path);

// The same with this process's PATH.
absl::StatusOr<std::string> FindProgram(const std::string& name);

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_EXECUTABLE_H_
