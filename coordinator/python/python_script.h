// Short scripts that are asked of the user's Python.
#ifndef FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_
#define FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::python {

// Runs `script` as `python -c` does, from `working_dir` (empty: this process's own), and gives what it wrote to descriptor 3; what it prints goes
// where this process's own output goes. NotFound: there is no such interpreter; the text names --python. Unavailable: it ended otherwise than
// with exit code 0; the text says how, and that it could not do `task` ("look for modules").
absl::StatusOr<std::string> AskPython(const std::string& python, const char* script,
                                      const std::vector<std::string>& args, const std::string& working_dir,
                                      const std::string& task);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_PYTHON_SCRIPT_H_
