// Paths on the command line that are not there.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_PATHS_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_PATHS_H_

#include <string>

#include "absl/status/status.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// NotFound, in pytest's words and with the nearest spelling, for a path that
// pytest would not find either. Says nothing where only pytest knows: a word
// may be the value of a plugin's option, or a conftest may make the file.
absl::Status CheckPaths(const options::CommandLine& line, const discovery::ProjectConfig& project,
                        const request::Request& request);

// "tests/test_a.py" for "tests/tset_a.py", if that is a file or a directory
// below `directory`. Empty: nothing is near. `text` may have a node id's names
// behind the path.
std::string NearestPath(const std::string& directory, const std::string& text);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_PATHS_H_
