// Finds tests without Python: walks the paths as pytest would, parses each file with tree-sitter on all cores, and says for
// every module what tests it holds and how certain that is. What is found here only plans a run; a worker's own collection decides.
#ifndef FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_
#define FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/discovery_options.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/discovery/rules/found_module.h"

namespace fastest::discovery {

struct Discovery {
  // In pytest's collection order.
  std::vector<FoundModule> modules;
  // Reasons that hold for the whole project: "tests/conftest.py implements pytest_collection_modifyitems".
  std::vector<std::string> open_reasons;
  // What the test modules and their conftest files import by absolute names, up to the first dot: "numpy", "pytest". Sorted.
  std::vector<std::string> imports;

  int count() const;
};

// Errors: NotFound with pytest's wording if a path isn't there ("file or directory not found: x"), InvalidArgument for
// a broken configuration file. An unreadable or syntactically broken test file is no error: its module is marked open.
// Thread-safe (no shared state but the cache file).
absl::StatusOr<Discovery> Discover(const ProjectConfig& project, const DiscoveryOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_
