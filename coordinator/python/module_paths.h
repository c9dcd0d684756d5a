// Where the modules lie that --pyargs names.
#ifndef FASTEST_COORDINATOR_PYTHON_MODULE_PATHS_H_
#define FASTEST_COORDINATOR_PYTHON_MODULE_PATHS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/project_config.h"

namespace fastest::python {

// `names` ("pkg.tests.test_a::test_x[1]"), each with the path of its file or directory in the place of the module. Only an
// interpreter knows its modules, so `python` is started and asked, once, with the paths that pytest would have added. What is no
// module may be a path, as with pytest. Errors: NotFound for what is neither, in pytest's words, or for an interpreter that
// can't be run; InvalidArgument for a package with a selection of tests. With `skip_missing` names that lead nowhere are left out.
absl::StatusOr<std::vector<std::string>> PathsOfModules(const std::string& python,
                                                        const discovery::ProjectConfig& project,
                                                        const std::string& invocation_dir,
                                                        const std::vector<std::string>& names, bool skip_missing);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_MODULE_PATHS_H_
