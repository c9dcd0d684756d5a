// How the program was called: where, on which machine and day, with which environment and terminal.
#ifndef FASTEST_COORDINATOR_REQUEST_INVOCATION_H_
#define FASTEST_COORDINATOR_REQUEST_INVOCATION_H_

#include <functional>
#include <string>

namespace fastest::request {

// A value. Tests make one without a process.
struct Invocation {
  // The working directory, absolute.
  std::string directory;
  // As the C library's: nullptr for a variable that is not set.
  std::function<const char*(const char*)> getenv;
  int cores = 1;
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

// Of this process.
Invocation ThisInvocation();

// The width of the terminal now; 0 if standard output is no terminal.
int TerminalColumns();

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_INVOCATION_H_
