// Finds tests without Python: walks the paths as pytest would, parses each file with tree-sitter on all cores, and says
// for each module which tests it holds and how certain that is. Discovery only plans a run. The workers' own collection
// decides.
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
  // The absolute imports of the test modules and their conftest files, up to the first dot: "numpy", "pytest". Sorted.
  std::vector<std::string> imports;

  int count() const;
};

// Errors: NotFound in pytest's words if a path is missing ("file or directory not found: x"), InvalidArgument for a
// broken configuration file. A test file that is unreadable or broken is no error: its module is marked open.
// Thread-safe (only the cache file is shared).
absl::StatusOr<Discovery> Discover(const ProjectConfig& project, const DiscoveryOptions& options);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_DISCOVERY_H_
