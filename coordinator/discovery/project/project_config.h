// The project that a command line means, by pytest's own rules: rootdir, ini-file, and the ini options that Fastest
// itself reads.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_PROJECT_CONFIG_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_PROJECT_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::discovery {

struct ProjectConfig {
  // Absolute, without a trailing slash.
  std::string rootdir;
  // Absolute path of the ini-file that pytest would choose; empty if there is none.
  std::string inifile;
  // The ini options below. Options that the file does not have are pytest's defaults. --override-ini is applied.
  std::vector<std::string> testpaths;
  std::vector<std::string> python_files = {"test_*.py", "*_test.py"};
  std::vector<std::string> python_classes = {"Test"};
  std::vector<std::string> python_functions = {"test"};
  std::vector<std::string> norecursedirs;
  std::vector<std::string> addopts;
  // Every option of pytest's section as text (lists joined by newlines), for callers that need another.
  std::map<std::string, std::string> ini;
};

struct ProjectOptions {
  std::string invocation_dir;
  // Paths and node ids as typed. The rootdir depends on them.
  std::vector<std::string> args;
  // --rootdir and -c/--config-file, empty if not given; -o NAME=VALUE in order.
  std::string rootdir;
  std::string config_file;
  std::vector<std::string> override_ini;
};

// Errors: InvalidArgument names file and line if a file cannot be parsed (pytest ends with usage error 4). NotFound if
// --rootdir or -c is not there.
absl::StatusOr<ProjectConfig> FindProject(const ProjectOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_PROJECT_CONFIG_H_
