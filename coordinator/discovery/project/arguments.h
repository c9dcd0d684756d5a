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

  // Whether the argument asks for the test. `id` is what follows the id of the file ("::TestA::test_b[1]"). An inexact
  // test stands for all its parameters.
  bool Selects(std::string_view id, bool exact) const;
};

// The arguments in the given order. Without any: testpaths if the run starts in the rootdir, else the directory where
// it starts. Arguments within others are left out, unless `keep_duplicates`. Errors: NotFound or InvalidArgument in
// pytest's words.
absl::StatusOr<std::vector<Argument>> ResolveArguments(const ProjectConfig& project, const DiscoveryOptions& options,
                                                       bool keep_duplicates);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_ARGUMENTS_H_
