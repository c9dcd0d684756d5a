// The tests that discovery finds in the text of one module, for tests.
#ifndef FASTEST_COORDINATOR_DISCOVERY_TESTING_TEST_MODULE_H_
#define FASTEST_COORDINATOR_DISCOVERY_TESTING_TEST_MODULE_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/discovery/rules/conftests.h"
#include "coordinator/discovery/rules/import_finder.h"
#include "coordinator/discovery/rules/module_tests.h"
#include "coordinator/discovery/store/fact_store.h"
#include "coordinator/discovery/testing/test_tree.h"

namespace fastest::discovery {

// What there is in a module: node ids without the module's own ("TestA::test_b[1]").
struct TestModule {
  // Those that are certain, in order.
  std::vector<std::string> ids;
  // The others, each with its reason: "test_x: parametrize: …".
  std::vector<std::string> open;
  // Why there may be more.
  std::vector<std::string> more;
};

// Collects the file `name` of a tree that may hold conftest files and other modules too.
inline TestModule CollectFrom(const TestTree& tree, const std::string& name, const ProjectConfig& project = {}) {
  RealClock clock;
  FactStore store("", 1, clock);
  Conftests conftests(store, tree.root(), tree.root(), /*enabled=*/true);
  ImportFinder imports(store, /*by_path=*/true);
  const std::string path = tree.Path(name);
  const FoundModule found = CollectModule(imports.FileAt(path), name, RulesOf(project),
                                          conftests.ContextOf(std::string(ParentPath(path))), imports);
  TestModule module;
  module.more = found.open_reasons;
  for (const FoundTest& test : found.tests) {
    const std::string id = test.node_id.substr(name.size() + 2);
    if (test.exact) {
      module.ids.push_back(id);
    } else {
      module.open.push_back(id + ": " + test.open_reason);
    }
  }
  return module;
}

// Collects a module with this text.
inline TestModule Collect(std::string_view text) {
  const TestTree tree;
  tree.Write("test_m.py", text);
  return CollectFrom(tree, "test_m.py");
}

// The ids of a module of which everything is certain; what is not stands among them with its reason.
inline std::vector<std::string> Ids(std::string_view text) {
  TestModule module = Collect(text);
  std::vector<std::string> all = std::move(module.ids);
  for (const std::vector<std::string>* const rest : {&module.open, &module.more}) {
    for (const std::string& reason : *rest) all.push_back("open: " + reason);
  }
  return all;
}

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_TESTING_TEST_MODULE_H_
