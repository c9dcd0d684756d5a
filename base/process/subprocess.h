// Child processes. The only place of the C++ programs that forks.
#ifndef FASTEST_BASE_PROCESS_SUBPROCESS_H_
#define FASTEST_BASE_PROCESS_SUBPROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest {

// What a wait status says, for people: "exit code 3", "signal SIGSEGV".
std::string DescribeWaitStatus(int wait_status);

// "SIGSEGV"; "signal 77" for one without a name.
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
  // What the child gets in addition to 0, 1 and 2 and to descriptors without close-on-exec. May name 0, 1 and 2. The
  // parent's descriptors stay its own.
  std::vector<FdMapping> fds;
  // The child leads a session and a process group of its own: keys pressed in the terminal don't reach it.
  bool new_session = false;
  // Processes below the child that lose their parent become the child's.
  bool child_subreaper = false;
  // Signal to the child when the *thread* that spawned it ends (0: none).
  int parent_death_signal = 0;
};

// A running child, or one that has ended. Move-only. One that has not been waited for is killed and reaped when this
// goes away. Not thread-safe.
class Subprocess {
 public:
  // Returns when the child's exec has succeeded or failed. NotFound or PermissionDenied, with the program's name: it
  // cannot be run; other errors: the system refused. The child starts with no signal blocked and SIGPIPE at its
  // default.
  static absl::StatusOr<Subprocess> Spawn(const SubprocessOptions& options);

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  pid_t pid() const { return pid_; }

  // Blocks until the child has ended; waitpid's status. The same again when called again.
  int Wait();
  // The status if the child has ended.
  std::optional<int> TryWait();

  // It lives on, as somebody else's to wait for. Only the destructor may be called after.
  void Release() { pid_ = -1; }

  // Nothing happens when the child has been waited for: its pid may be another's by now.
  void Kill(int signal);
  // To the child's process group. Precondition: new_session.
  void KillGroup(int signal);

 private:
  explicit Subprocess(pid_t pid) : pid_(pid) {}
  void End();

  pid_t pid_ = -1;
  std::optional<int> wait_status_;
};

// This process's environment with `variables` in it: "NAME=VALUE" takes the place of one of the same name, "NAME" takes it away.
std::vector<std::string> WithVariables(const std::vector<std::string>& variables);

// Makes this process the one that inherits processes whose parents end below it.
absl::Status BecomeSubreaper();

// Kills and reaps all children of this process, and those that it inherits meanwhile, until none is left. For the end
// of a program that is a subreaper: nobody below outlives it. Takes children from Subprocess objects, too.
void EndAllChildren();

// The same for the children that are not in `keep`, and without waiting for new ones: for a subreaper that goes on.
void EndChildrenExcept(const std::vector<pid_t>& keep);

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_SUBPROCESS_H_
