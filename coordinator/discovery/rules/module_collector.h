// Collects the tests of one module. Part of module_tests.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_MODULE_COLLECTOR_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_MODULE_COLLECTOR_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/class_order.h"
#include "coordinator/discovery/rules/fixtures.h"
#include "coordinator/discovery/rules/found_module.h"
#include "coordinator/discovery/rules/import_finder.h"
#include "coordinator/discovery/rules/module_tests.h"

namespace fastest::discovery {

// Used once. Borrows its arguments.
class ModuleCollector {
 public:
  // `module` gets what is found; its node id is set.
  ModuleCollector(const SourceFile& file, const CollectionRules& rules, const Surroundings& surroundings,
                  ImportFinder& imports, FoundModule& module)
      : file_(file), rules_(rules), surroundings_(surroundings), imports_(imports), module_(module) {}

  void Run();

 private:
  // A name of a module or class, and the file that binds it.
  struct Member {
    const SourceFile* file;
    const Binding* binding;
  };
  // Where a member is collected.
  struct Place {
    // Node id of the module or class.
    const std::string& id;
    bool in_class;
    // How many arguments patches of the class fill.
    int mocked;
    int depth;
    // Why everything here is open, or "".
    const std::string& open_reason;
  };

  void Collect(const Member& member, const Place& place);
  void CollectImport(const Binding& binding, const Place& place);
  void CollectUnknown(const Binding& binding, const Place& place);
  void CollectFunction(const Member& member, const Place& place);
  void CollectClass(const Member& member, const Place& place);
  void CollectMembers(const ClassOrder& order, const Place& place);
  void CollectTestCase(const ClassOrder& order, const Place& place);
  void CollectTestCaseMethod(const Member& member, const Place& place);
  bool MayHoldTests(const Class& type, const std::string& name, const ClassOrder& order) const;

  // `marks` are the function's own, or null.
  void AddExact(std::string id, int line, const Marks* marks);
  void AddOpen(std::string id, int line, int count, std::string reason, const Marks* marks);
  void AddModuleReason(std::string reason);
  // Opens the tests from the one at `first` on, if pytest refuses what they are in.
  void OpenFrom(size_t first);

  const SourceFile& file_;
  const CollectionRules& rules_;
  const Surroundings& surroundings_;
  ImportFinder& imports_;
  FoundModule& module_;
  // Of the place that is being collected: fixtures and marks from outside in.
  FixtureLevels levels_;
  std::vector<const Marks*> marks_;
  // Why pytest refuses the module or class that is being collected; all that it holds is lost with it.
  std::string broken_reason_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_MODULE_COLLECTOR_H_
