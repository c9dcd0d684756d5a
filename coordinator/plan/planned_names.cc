#include "coordinator/plan/planned_names.h"

namespace fastest::plan {

std::vector<std::string> PlannedNames(const std::vector<WholeTest>& tests, const std::vector<std::string>& modules,
                                      const std::unordered_map<std::string, std::vector<std::string>>& exact_ids) {
  std::vector<std::string> names;
  for (const WholeTest& test : tests) names.push_back(test.ref.node_id());
  if (!names.empty()) return names;
  for (const std::string& module : modules) {
    const auto exact = exact_ids.find(module);
    if (exact == exact_ids.end()) {
      names.push_back(module);
    } else {
      names.insert(names.end(), exact->second.begin(), exact->second.end());
    }
  }
  return names;
}

}  // namespace fastest::plan
