// Where the agents wait that runs with --warm have left behind, and which of them is as good for this run as one of its own.
#ifndef FASTEST_COORDINATOR_AGENTS_WARM_PLACE_H_
#define FASTEST_COORDINATOR_AGENTS_WARM_PLACE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::agents {

// A folder that only this user may enter. An agent there is named by a digest of the project and one of all that it takes from the
// run that left it, and that can't be changed later: user, limits, namespaces, interpreter, version. Not thread-safe.
class WarmPlace {
 public:
  // Makes the folder if it is not there. InvalidArgument: it can't be made, or is not this user's alone; the text says what to do.
  // `agent`, `python`: programs, as FindProgram gives them. `words`: whatever else the agent's own start depends on.
  static absl::StatusOr<WarmPlace> Open(const std::string& folder, const std::string& rootdir, const std::string& agent,
                                        const std::string& python, const std::vector<std::string>& words);

  // "unix:/…", for gRPC.
  std::string address() const { return "unix:" + socket_path(); }
  // Whether an agent of this user listens there; without waiting.
  bool IsTaken() const;
  // Its process; 0 if it is not known.
  int Pid() const;

  // Starts an agent there, which lives on. `python`: as it was given. It gets this process's environment and limits, and none of its
  // descriptors.
  absl::Status Leave(const std::string& python, const std::string& invocation_dir) const;

 private:
  std::string socket_path() const { return stem_ + ".sock"; }

  std::string agent_;
  std::string log_path_;
  // Without ".sock" and ".pid".
  std::string stem_;
};

// Ends the agents of this project that wait in `folder`, and waits for that. Gives a line for each. Errors as of WarmPlace::Open;
// DeadlineExceeded: one that won't end.
absl::StatusOr<std::vector<std::string>> StopWarmAgents(const std::string& folder, const std::string& rootdir);

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_WARM_PLACE_H_
