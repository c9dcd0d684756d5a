// How tests are run: workers, interpreter, engine, limits, retries, order.
#ifndef FASTEST_COORDINATOR_REQUEST_RUN_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_RUN_REQUEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"
#include "coordinator/run/run_options.h"

namespace fastest::request {

struct RunRequest {
  run::RunOptions options;
  // --shadow, as a share from 0 to 1.
  double shadow = 0;
  // The option that has pytest take over the terminal (--pdb …); empty: there is none.
  std::string interactive_option;
  // --pyargs: the arguments are names of modules.
  bool names_modules = false;
  // Interpreter.looked_at.
  std::string looked_at;
  // A line for the user; may be empty.
  std::string note;
};

// `typed`: what `line` was before addopts and PYTEST_ADDOPTS were added. pytest in the workers reads those two itself.
// Errors: InvalidArgument with one line.
absl::StatusOr<RunRequest> ReadRunRequest(const options::CommandLine& line, const options::CommandLine& typed,
                                          const discovery::ProjectConfig& project, const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_RUN_REQUEST_H_
