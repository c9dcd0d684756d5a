// Runs this program as a child, for commands that look at runs from outside.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_OWN_PROGRAM_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_OWN_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::commands {

// A folder that is removed with its owner.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Unavailable: the folder could not be made; the text says what to do.
  absl::Status status() const;
  // Precondition: status().ok().
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Runs `fastest-coordinator args…`, without input and output, and gives its exit code. Cancelled: a signal asked this
// process to end; the child got it, too, and was waited for. Unavailable: the child could not be run, or ended by a
// signal.
absl::StatusOr<int> RunOwnProgram(const std::vector<std::string>& args);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_OWN_PROGRAM_H_
