// Where the modules of --pyargs are.
#ifndef FASTEST_COORDINATOR_PYTHON_MODULE_PATHS_H_
#define FASTEST_COORDINATOR_PYTHON_MODULE_PATHS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/python/python_script.h"

namespace fastest::python {

// `names` ("pkg.tests.test_a::test_x[1]") with the path of a file or directory in place of each module. Only an
// interpreter knows its modules, so `python` is started once, with the paths that pytest would add. A name that is no
// module may be a path, as with pytest. A name that is neither is left out with `skip_missing`. Errors: NotFound for a
// name that is neither, in pytest's words, or for an interpreter that cannot be run; InvalidArgument for a package with
// a selection of tests.
absl::StatusOr<std::vector<std::string>> PathsOfModules(const Interpreter& python,
                                                        const discovery::ProjectConfig& project,
                                                        const std::string& invocation_dir,
                                                        const std::vector<std::string>& names, bool skip_missing);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_MODULE_PATHS_H_
