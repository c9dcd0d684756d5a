// How the program was called: where, on which machine and day, with which environment and terminal.
#ifndef FASTEST_COORDINATOR_REQUEST_INVOCATION_H_
#define FASTEST_COORDINATOR_REQUEST_INVOCATION_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::request {

struct AutoWorkers {
  // "auto" or "logical".
  std::string word;
  std::string python;
  bool as_module = false;
  // Names that -p and PYTEST_PLUGINS load.
  std::vector<std::string> plugins;
  // What pytest in the workers gets.
  std::vector<std::string> pytest_args;
};
// Asks the hook pytest_xdist_auto_num_workers. Nothing: there is none, or it has no answer.
using AskHook = std::function<absl::StatusOr<std::optional<int>>(const AutoWorkers&)>;

// A value. Tests make one without a process.
struct Invocation {
  // The working directory, absolute.
  std::string directory;
  // As the C library's: nullptr for a variable that is not set.
  std::function<const char*(const char*)> getenv;
  // The names of the variables that begin with FASTEST_.
  std::vector<std::string> own_variables;
  // The processors that this process may keep busy.
  int cores = 1;
  // The environment that this program is installed in; empty if that is none (/usr, a checkout).
  std::string own_environment;
  // What the project's hook says of '-n auto' or '-n logical'. Unset: nobody is asked.
  AskHook ask_hook;
  bool stdout_is_terminal = false;
  // The day, as "2026-11-25".
  std::string today;
  // 0 if standard output is no terminal.
  int terminal_columns = 0;

  // The value of an environment variable; empty if it is not set.
  std::string Variable(const char* name) const;
  // The absolute form of a path that a user gave. "~" is the home directory. An empty path and "-" stay.
  std::string Absolute(const std::string& path) const;
  // The directory for what outlives a run: $XDG_CACHE_HOME/fastest or ~/.cache/fastest. Empty if there is no home.
  std::string CacheDirectory() const;
};

// Of this process. FailedPrecondition: its working directory is gone.
absl::StatusOr<Invocation> ThisInvocation();

// The width of the terminal now; 0 if standard output is no terminal.
int TerminalColumns();

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_INVOCATION_H_
