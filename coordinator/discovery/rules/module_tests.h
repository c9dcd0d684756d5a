// The tests of one module, by pytest's rules for collecting them.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_MODULE_TESTS_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_MODULE_TESTS_H_

#include <string>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/discovery/rules/fixtures.h"
#include "coordinator/discovery/rules/found_module.h"
#include "coordinator/discovery/rules/import_finder.h"
#include "coordinator/discovery/rules/test_selection.h"

namespace fastest::discovery {

// What holds for every module of a project.
struct CollectionRules {
  std::vector<std::string> python_functions;
  std::vector<std::string> python_classes;
  // The ini option: fixtures that each test uses.
  std::vector<std::string> usefixtures;
  // Ids are not escaped / equal ids are an error: then those that show it are open.
  bool unescaped_ids = false;
  bool strict_ids = false;
  // Names that a module imports are not collected.
  bool skip_imported = false;
  TestSelection selection;
};

CollectionRules RulesOf(const ProjectConfig& project);

// What the conftest files above a module say.
struct ModuleContext {
  FixtureLevels levels;
  // Why every test, or every parametrized one, is open: "tests/conftest.py implements pytest_generate_tests".
  std::string open_reason;
  std::string parametrize_reason;
};

// The tests of `file`, whose node id is given.
FoundModule CollectModule(const SourceFile& file, std::string node_id, const CollectionRules& rules,
                          const ModuleContext& context, ImportFinder& imports);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_MODULE_TESTS_H_
