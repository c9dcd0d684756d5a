#include "coordinator/run/estimates.h"

#include <algorithm>
#include <utility>

namespace fastest::run {
namespace {

// An unknown test, in a project without history: the order of magnitude of a small unit test under pytest's own
// protocol. Only ratios between modules matter, so a wrong guess costs nothing while all are guessed.
constexpr double kUnknownTestSeconds = 0.002;

}  // namespace

Estimates::Estimates(discovery::Discovery discovery, std::unordered_map<std::string, history::ModuleHistory> history)
    : mean_s_(kUnknownTestSeconds) {
  double sum = 0;
  size_t count = 0;
  for (auto& [name, past] : history) {
    Module& module = measured_[name];
    module.setup.module_s = past.setup_s;
    module.setup.class_s = std::move(past.class_setup_s);
    double module_sum = 0;
    for (auto& [node_id, seconds] : past.tests) {
      module_sum += seconds;
      module.seconds.emplace(node_id, seconds);
      module.order.push_back(std::move(node_id));
    }
    if (!past.tests.empty()) module.mean_s = module_sum / static_cast<double>(past.tests.size());
    sum += module_sum;
    count += past.tests.size();
  }
  if (count > 0) mean_s_ = std::max(sum / static_cast<double>(count), 1e-6);

  for (discovery::FoundModule& found : discovery.modules) {
    modules_.push_back(found.node_id);
    found_count_[found.node_id] = found.count();
    expected_tests_ += found.count();
    if (!found.exact()) continue;
    std::vector<std::string>& ids = exact_ids_[found.node_id];
    ids.reserve(found.tests.size());
    for (discovery::FoundTest& test : found.tests) ids.push_back(std::move(test.node_id));
    found.tests = {};
  }
}

double Estimates::ForTest(const std::string& module, const std::string& node_id) const {
  const auto known = measured_.find(module);
  if (known == measured_.end() || known->second.order.empty()) return mean_s_;
  const auto test = known->second.seconds.find(node_id);
  return test == known->second.seconds.end() ? known->second.mean_s : test->second;
}

std::vector<plan::ModuleEstimate> Estimates::ForModules(const std::vector<std::string>& modules) const {
  std::vector<plan::ModuleEstimate> estimates;
  estimates.reserve(modules.size());
  for (const std::string& name : modules) {
    plan::ModuleEstimate& estimate = estimates.emplace_back();
    estimate.node_id = name;
    const auto known = measured_.find(name);
    const auto exact = exact_ids_.find(name);
    if (known != measured_.end()) estimate.setup = known->second.setup;
    if (exact != exact_ids_.end()) {
      // What is in the file now counts for more than what was there in the last run.
      for (const std::string& id : exact->second) estimate.tests.push_back({id, ForTest(name, id)});
      estimate.ids_exact = true;
    } else if (known != measured_.end() && !known->second.order.empty()) {
      for (const std::string& id : known->second.order) estimate.tests.push_back({id, known->second.seconds.at(id)});
      // Boundaries need not be certain: workers agree on the cuts, whatever has become of the tests.
      estimate.ids_exact = true;
    } else {
      const auto found = found_count_.find(name);
      const int count = found == found_count_.end() ? 1 : std::max(found->second, 1);
      estimate.tests.assign(count, {"", mean_s_});
    }
  }
  return estimates;
}

std::unordered_map<std::string, plan::SetupCost> Estimates::Setups() const {
  std::unordered_map<std::string, plan::SetupCost> setups;
  for (const auto& [name, module] : measured_) setups[name] = module.setup;
  return setups;
}

}  // namespace fastest::run
