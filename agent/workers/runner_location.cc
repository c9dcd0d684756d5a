#include "agent/workers/runner_location.h"

#include <unistd.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fastest::agent {
namespace {

bool IsRunner(const std::string& folder) { return access(absl::StrCat(folder, "/__main__.py").c_str(), R_OK) == 0; }

std::string Parent(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

absl::StatusOr<std::string> FindRunner(const std::string& executable, const std::string& given) {
  if (!given.empty()) {
    if (IsRunner(given)) return given;
    return absl::NotFoundError(absl::StrCat("no fastest_runner in ", given, ": it has no __main__.py"));
  }
  std::vector<std::string> candidates = {absl::StrCat(executable, ".runfiles/fastest/runner_py/fastest_runner"),
                                         absl::StrCat(Parent(executable), "/fastest_runner"),
                                         absl::StrCat(Parent(Parent(executable)), "/lib/fastest/fastest_runner")};
  for (std::string folder = Parent(executable); !folder.empty(); folder = Parent(folder)) {
    candidates.push_back(absl::StrCat(folder, "/runner_py/fastest_runner"));
  }
  for (const std::string& candidate : candidates) {
    if (IsRunner(candidate)) return candidate;
  }
  return absl::NotFoundError(absl::StrCat("fastest_runner, the Python side of a worker, is not where it should be: ",
                                          candidates[0], ", ", candidates[1], " or ", candidates[2]));
}

}  // namespace fastest::agent
