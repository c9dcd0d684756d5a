// What to collect, as the command line or testpaths name it.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_ARGUMENTS_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_ARGUMENTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/discovery_options.h"
#include "coordinator/discovery/project/project_config.h"

namespace fastest::discovery {

// One argument: "tests/test_a.py::TestA::test_b[1]".
struct Argument {
  std::string text;
  // Absolute.
  std::string path;
  bool is_directory = false;
  // Class and function names.
  std::vector<std::string> names;
  // With its brackets.
  std::optional<std::string> parameters;

  // True if the test, `id` behind its file's id ("::TestA::test_b[1]"), is asked for. An inexact test stands for all its
  // parameters.
  bool Selects(std::string_view id, bool exact) const;
};

// The arguments, in the order given. Without any: testpaths if the run starts in the rootdir, else the directory that it starts in.
// Those that lie within others are left out, unless `keep_duplicates`.
// Errors: NotFound or InvalidArgument in pytest's words.
absl::StatusOr<std::vector<Argument>> ResolveArguments(const ProjectConfig& project, const DiscoveryOptions& options,
                                                       bool keep_duplicates);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_ARGUMENTS_H_
