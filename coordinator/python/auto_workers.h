// How many workers '-n auto' means where the project itself says so, by pytest-xdist's hook.
#ifndef FASTEST_COORDINATOR_PYTHON_AUTO_WORKERS_H_
#define FASTEST_COORDINATOR_PYTHON_AUTO_WORKERS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/project_config.h"

namespace fastest::python {

struct AutoWorkersQuestion {
  std::string python;
  bool as_module = false;
  std::string invocation_dir;
  // Paths and node ids as typed.
  std::vector<std::string> paths;
  // Names that -p and PYTEST_PLUGINS load.
  std::vector<std::string> plugins;
  // What pytest in the workers gets.
  std::vector<std::string> pytest_args;
  // "auto" or "logical".
  std::string word;
};

// Whether a conftest or a plugin that pytest may load at its start has the name pytest_xdist_auto_num_workers in its
// text. Looks into the conftests of and above the arguments, the modules that these name in pytest_plugins, `plugins`,
// and the plugins that are installed beside the interpreter. Starts no Python.
bool MentionsAutoWorkers(const discovery::ProjectConfig& project, const AutoWorkersQuestion& question);

// What the hook gives: pytest loads its conftests and plugins, and is asked. Nothing: no hook has an answer, or pytest
// cannot start, which the run will show. Unavailable: the hook raised.
absl::StatusOr<std::optional<int>> AskAutoWorkers(const AutoWorkersQuestion& question);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_AUTO_WORKERS_H_
