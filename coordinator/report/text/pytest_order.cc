#include "coordinator/report/text/pytest_order.h"

#include "proto/test_id.h"

namespace fastest::report {

PytestOrder::PytestOrder(const std::vector<std::string>& node_ids) {
  for (const std::string& node_id : node_ids) places_.emplace(node_id, places_.size());
}

size_t PytestOrder::Of(std::string_view node_id) const {
  const auto test = places_.find(absl::string_view(node_id.data(), node_id.size()));
  if (test != places_.end()) return test->second;
  const std::string_view file = ModuleOf(node_id);
  const auto module = places_.find(absl::string_view(file.data(), file.size()));
  return module != places_.end() ? module->second : places_.size();
}

}  // namespace fastest::report
