// Which Python runs the tests.
#ifndef FASTEST_COORDINATOR_REQUEST_INTERPRETER_H_
#define FASTEST_COORDINATOR_REQUEST_INTERPRETER_H_

#include <string>

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/request/invocation.h"
#include "coordinator/request/value_reader.h"

namespace fastest::request {

struct Interpreter {
  // A path, or a name that is looked up on PATH.
  std::string python;
  // If no environment was found: what was looked at, for the message that python3 has no pytest. Else empty.
  std::string looked_at;
};

// The first of these that there is:
// - --python;
// - the active environment (VIRTUAL_ENV, CONDA_PREFIX; conda's "base" is active in every shell, so it comes later);
// - .venv or venv beside the ini-file, then in each folder above, up to the rootdir;
// - conda's "base" environment, if that is active;
// - the environment that this program is installed in, if that has pytest;
// - python3.
Interpreter FindInterpreter(const ValueReader& reader, const discovery::ProjectConfig& project,
                            const Invocation& invocation);

// The folder above the folder of `executable` if it is an environment (venv, virtualenv or conda); else empty.
std::string EnvironmentOf(const std::string& executable);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_INTERPRETER_H_
