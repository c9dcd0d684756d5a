// The texts of what pytest loads at its start: conftests and plugins. A search
// in them starts no Python.
#ifndef FASTEST_COORDINATOR_PYTHON_START_FILES_H_
#define FASTEST_COORDINATOR_PYTHON_START_FILES_H_

#include <string>
#include <vector>

#include "coordinator/discovery/project/project_config.h"

namespace fastest::python {

struct StartFiles {
  const discovery::ProjectConfig& project;
  std::string invocation_dir;
  // Paths and node ids as typed.
  std::vector<std::string> paths;
  // Names that -p and PYTEST_PLUGINS load.
  std::vector<std::string> plugins = {};
};

// Whether one of `words` is in the text of a conftest of or above the
// arguments, of a module that these name in pytest_plugins, or of one of
// `plugins`. Errs on the side of yes: pytest may load fewer files.
bool ConftestsMention(const StartFiles& start, const std::vector<std::string>& words);

// The same for the plugins that are installed beside the interpreter, except
// xdist.
bool InstalledPluginsMention(const std::string& python, const std::vector<std::string>& words);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_START_FILES_H_
