#include "coordinator/report/pytest_order.h"

#include "coordinator/report/display_path.h"

namespace fastest::report {

PytestOrder::PytestOrder(const std::vector<std::string>& node_ids) {
  for (const std::string& node_id : node_ids) places_.emplace(node_id, places_.size());
}

size_t PytestOrder::Of(const std::string& node_id) const {
  const auto test = places_.find(node_id);
  if (test != places_.end()) return test->second;
  const auto module = places_.find(std::string(ModuleOf(node_id)));
  return module != places_.end() ? module->second : places_.size();
}

}  // namespace fastest::report
