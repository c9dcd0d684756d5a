// Runs of this very program as a child, for commands that look at runs from outside.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_OWN_PROGRAM_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_OWN_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::commands {

// A folder that goes away with its owner.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Unavailable: it could not be made; the text says what to do.
  absl::Status status() const;
  // Precondition: status().ok().
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Waits for `fastest-coordinator args…`, which reads nothing and whose output nobody sees, and gives its exit code. Signals that ask
// this process to end are passed on to it, and it is waited for: Cancelled then. Unavailable: it could not be run, or ended by a signal.
absl::StatusOr<int> RunOwnProgram(const std::vector<std::string>& args);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_OWN_PROGRAM_H_
