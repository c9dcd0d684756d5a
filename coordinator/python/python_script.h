// Short scripts for the user's Python.
#ifndef FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_
#define FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::python {

// Runs `script` as `python -c` does, in `working_dir` (empty: this process's directory), and gives what it wrote to
// descriptor 3. What it prints goes where this process prints. Errors, with a text for the user:
// - NotFound: there is no such interpreter; the text names --python.
// - Unavailable: the exit code was not 0; the text says how the script ended, and which `task` ("look for modules") it
//   could not do.
absl::StatusOr<std::string> AskPython(const std::string& python, const char* script,
                                      const std::vector<std::string>& args, const std::string& working_dir,
                                      const std::string& task);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_
