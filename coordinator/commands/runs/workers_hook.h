// How a request asks the project's hook pytest_xdist_auto_num_workers.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_WORKERS_HOOK_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_WORKERS_HOOK_H_

#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::commands {

// Unset where the number of workers here does not matter: no tests are run, or agents have their own numbers. The
// arguments must outlive the answer. The hook is looked for in texts first, so most projects start no Python.
request::AskHook WorkersHook(const options::CommandLine& line, const discovery::ProjectConfig& project,
                             const request::Invocation& invocation);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_WORKERS_HOOK_H_
