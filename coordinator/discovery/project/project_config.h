// The project that a command line means: rootdir, ini-file and the ini options that Fastest itself reads, by pytest's own rules.
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
  // The ini options below, with pytest's defaults where the file says nothing and --override-ini applied.
  std::vector<std::string> testpaths;
  std::vector<std::string> python_files = {"test_*.py", "*_test.py"};
  std::vector<std::string> python_classes = {"Test"};
  std::vector<std::string> python_functions = {"test"};
  std::vector<std::string> norecursedirs;
  std::vector<std::string> addopts;
  // Every key of pytest's section as text (lists joined by newlines), for whoever needs one more.
  std::map<std::string, std::string> ini;
};

struct ProjectOptions {
  std::string invocation_dir;
  // Paths and node ids as typed; they take part in finding the rootdir.
  std::vector<std::string> args;
  // --rootdir and -c/--config-file, empty if not given; -o NAME=VALUE in order.
  std::string rootdir;
  std::string config_file;
  std::vector<std::string> override_ini;
};

// Errors: InvalidArgument naming file and line for a file that can't be parsed (pytest ends with usage error 4), NotFound for a
// --rootdir or -c that is not there.
absl::StatusOr<ProjectConfig> FindProject(const ProjectOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_PROJECT_CONFIG_H_
