// Child processes. No other file of the C++ programs forks.
#ifndef FASTEST_BASE_PROCESS_SUBPROCESS_H_
#define FASTEST_BASE_PROCESS_SUBPROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fastest {

// A wait status in words: "exit code 3", "signal SIGSEGV".
std::string DescribeWaitStatus(int wait_status);

// "SIGSEGV"; "signal 77" for a signal without a name.
std::string SignalName(int signal);

struct SubprocessOptions {
  struct FdMapping {
    int parent_fd = -1;
    int child_fd = -1;
  };

  // argv[0] is a path, or a name looked up on PATH. Never empty.
  std::vector<std::string> argv;
  // "NAME=VALUE" each; unset: this process's own environment.
  std::optional<std::vector<std::string>> env;
  // Empty: this process's own.
  std::string working_dir;
  // Descriptors of the child, in addition to 0, 1 and 2 and to those without close-on-exec. May name 0, 1 and 2. The
  // parent keeps its descriptors.
  std::vector<FdMapping> fds;
  // The child leads a session and a process group of its own: keys pressed in the terminal do not reach it.
  bool new_session = false;
  // Processes below the child that lose their parent become the child's.
  bool child_subreaper = false;
  // Signal to the child when the *thread* that spawned it ends (0: none).
  int parent_death_signal = 0;
};

// A running child, or one that has ended. Move-only. The destructor kills and reaps a child that has not been waited
// for. Not thread-safe.
class Subprocess {
 public:
  // Returns when the child's exec has succeeded or failed. NotFound or PermissionDenied: the program, which the message
  // names, cannot be run. Other errors: the system refused. The child starts with no signal blocked and SIGPIPE at its
  // default.
  static absl::StatusOr<Subprocess> Spawn(const SubprocessOptions& options);

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  pid_t pid() const { return pid_; }

  // Blocks until the child has ended. Returns waitpid's status, the same when called again.
  int Wait();
  // The status if the child has ended.
  std::optional<int> TryWait();
  // Waits until the child has ended, at most until `deadline`, and not after the descriptor `other` can be read (-1: no
  // descriptor). The status if the child has ended.
  std::optional<int> WaitUntil(absl::Time deadline, int other = -1);

  // The child lives on; somebody else waits for it. Only the destructor may be called after this.
  void Release() { pid_ = -1; }

  // Does nothing when the child has been waited for: its pid may be another process's by now.
  void Kill(int signal);
  // To the child's process group. Precondition: new_session.
  void KillGroup(int signal);

 private:
  explicit Subprocess(pid_t pid) : pid_(pid) {}
  void End();

  pid_t pid_ = -1;
  std::optional<int> wait_status_;
};

// This process's environment with `variables` in it: "NAME=VALUE" replaces a variable of the same name, "NAME" removes
// it.
std::vector<std::string> WithVariables(const std::vector<std::string>& variables);

// Makes this process inherit the processes below it whose parents end.
absl::Status BecomeSubreaper();

// Kills and reaps all children of this process, and those that it inherits meanwhile, until none is left. For the end
// of a program that is a subreaper: no process below outlives it. Also takes the children of Subprocess objects.
void EndAllChildren();

// The same for the children that are not in `keep`, without waiting for new ones. For a subreaper that goes on.
void EndChildrenExcept(const std::vector<pid_t>& keep);

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_SUBPROCESS_H_
