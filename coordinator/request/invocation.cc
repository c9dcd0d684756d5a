#include "coordinator/request/invocation.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/process/executable.h"
#include "base/process/usable_cpus.h"
#include "base/process/working_directory.h"
#include "base/status_macros.h"
#include "coordinator/request/interpreter.h"

namespace fastest::request {

std::string Invocation::Variable(const char* name) const {
  const char* const value = getenv(name);
  return value == nullptr ? "" : value;
}

std::string Invocation::Absolute(const std::string& path) const {
  if (path.empty() || path[0] == '/' || path == "-") return path;
  if (path[0] == '~' && (path.size() == 1 || path[1] == '/')) return Variable("HOME") + path.substr(1);
  return absl::StrCat(directory, "/", path);
}

std::string Invocation::CacheDirectory() const {
  if (const std::string cache = Variable("XDG_CACHE_HOME"); !cache.empty()) return cache + "/fastest";
  if (const std::string home = Variable("HOME"); !home.empty()) return home + "/.cache/fastest";
  return "";
}

absl::StatusOr<Invocation> ThisInvocation() {
  Invocation invocation;
  ASSIGN_OR_RETURN(invocation.directory, WorkingDirectory());
  invocation.getenv = [](const char* name) -> const char* { return ::getenv(name); };
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const absl::string_view entry = *variable;
    if (absl::StartsWith(entry, "FASTEST_")) invocation.own_variables.emplace_back(entry.substr(0, entry.find('=')));
  }
  invocation.cores = UsableCpus();
  if (const absl::StatusOr<std::string> own = OwnExecutable(); own.ok()) {
    invocation.own_environment = EnvironmentOf(*own);
  }
  invocation.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
  invocation.today = absl::FormatTime("%Y-%m-%d", absl::Now(), absl::LocalTimeZone());
  invocation.terminal_columns = TerminalColumns();
  return invocation;
}

int TerminalColumns() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace fastest::request
