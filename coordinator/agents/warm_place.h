// Where the agents wait that runs with --warm have left behind, and which of them will do for this run.
#ifndef FASTEST_COORDINATOR_AGENTS_WARM_PLACE_H_
#define FASTEST_COORDINATOR_AGENTS_WARM_PLACE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::agents {

// A folder that only this user may enter. An agent there is named by two digests: of the project, and of everything
// that it takes from the run that left it and that cannot be changed later (user, limits, namespaces, interpreter,
// version). Not thread-safe.
class WarmPlace {
 public:
  // Makes the folder if it is not there. `agent`, `python`: programs, as FindProgram gives them. `words`: everything
  // else that the agent's own start depends on. InvalidArgument: the folder cannot be made, or is not this user's
  // alone; the text says what to do.
  static absl::StatusOr<WarmPlace> Open(const std::string& folder, const std::string& rootdir, const std::string& agent,
                                        const std::string& python, const std::vector<std::string>& words);

  // "unix:/…", for gRPC.
  std::string address() const { return "unix:" + socket_path(); }
  // Whether an agent of this user listens there. Does not wait.
  bool IsTaken() const;
  // The agent's process; 0: not known.
  int Pid() const;

  // Starts an agent there, which outlives this process. It gets this process's environment and limits, and none of its
  // descriptors. `python`: as the user gave it.
  absl::Status Leave(const std::string& python, const std::string& invocation_dir) const;

 private:
  std::string socket_path() const { return stem_ + ".sock"; }

  std::string agent_;
  std::string log_path_;
  // Without ".sock" and ".pid".
  std::string stem_;
};

// Ends the agents of this project that wait in `folder`, and waits for their end. Gives a line for each. Errors as of
// WarmPlace::Open. DeadlineExceeded: an agent does not end.
absl::StatusOr<std::vector<std::string>> StopWarmAgents(const std::string& folder, const std::string& rootdir);

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_WARM_PLACE_H_
