#include "coordinator/plan/plan_limits.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "coordinator/plan/list_schedule.h"

namespace fastest::plan {
namespace {

// A unit holds at most this fraction of a slot's share of the work. Otherwise merging would cost balance.
constexpr double kUnitShare = 1.0 / 32;
// Batches up to this fraction of the longest allowed batch are small change.
constexpr double kSmallChange = 0.25;
// At most this fraction of a split module is cut small.
constexpr double kMaxTailShare = 0.5;

// Calls `with(class_id)` for each class around a test: "a.py::A", "a.py::A::B" for "a.py::A::B::test[x]".
template <typename With>
void ForEachClass(std::string_view node_id, With with) {
  const std::string_view innermost = ParentOf(node_id);
  for (size_t at = innermost.find("::"); at != std::string_view::npos;) {
    const size_t next = innermost.find("::", at + 2);
    with(innermost.substr(0, next));
    at = next;
  }
}

bool Encloses(std::string_view class_id, std::string_view node_id) {
  return node_id.size() > class_id.size() + 1 && node_id.substr(0, class_id.size()) == class_id &&
         node_id.substr(class_id.size(), 2) == "::";
}

}  // namespace

double Sane(double seconds) { return std::isfinite(seconds) && seconds > 0 ? seconds : 0; }

bool InOrder(const PlanOptions& options) { return options.keep_order || options.slots <= 1; }

std::string PackageOf(const std::string& module) {
  const size_t slash = module.rfind('/');
  return slash == std::string::npos ? "" : module.substr(0, slash);
}

double ClassSetupAfter(const SetupCost& setup, std::string_view before, std::string_view node_id) {
  if (setup.class_s.empty()) return 0;
  double seconds = 0;
  ForEachClass(node_id, [&](std::string_view class_id) {
    if (Encloses(class_id, before)) return;
    const auto known = setup.class_s.find(std::string(class_id));
    if (known != setup.class_s.end()) seconds += Sane(known->second);
  });
  return seconds;
}

double ClassSetup(const SetupCost& setup, std::string_view node_id) { return ClassSetupAfter(setup, "", node_id); }

Limits LimitsFor(double work_s, const std::vector<double>& costs, const PlanOptions& options) {
  Limits limits;
  limits.split.slots = std::max(options.slots, 1);
  const double share_s = work_s / limits.split.slots;
  limits.split.min_part_s = Sane(options.min_part_s);
  limits.split.max_part_s = std::max(Sane(options.epsilon) * share_s, limits.split.min_part_s);
  limits.merge_s = std::min(limits.split.min_part_s, InOrder(options) ? share_s : share_s * kUnitShare);
  double small_s = 0;
  double split_s = 0;
  for (const double cost : costs) {
    if (cost <= kSmallChange * limits.split.max_part_s) small_s += cost;
    if (cost > limits.split.max_part_s) split_s += cost;
  }
  // Enough to keep every slot busy until the last of the longest batches end.
  const double wanted_s = limits.split.slots * limits.split.max_part_s;
  if (split_s > 0) limits.split.tail_share = std::clamp((wanted_s - small_s) / split_s, 0.0, kMaxTailShare);
  return limits;
}

void Complete(const PlanOptions& options, Plan* plan) {
  struct Unit {
    size_t begin;
    size_t end;
    double seconds;
  };
  std::vector<Unit> units;
  for (size_t i = 0; i < plan->batches.size(); ++i) {
    if (i == 0 || plan->batches[i].unit != plan->batches[i - 1].unit) units.push_back({i, i, 0});
    units.back().end = i + 1;
    units.back().seconds += plan->batches[i].predicted_s;
  }
  if (!InOrder(options) && !options.order_binds) {
    std::stable_sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) { return a.seconds > b.seconds; });
  }
  std::vector<PlannedBatch> ordered;
  ordered.reserve(plan->batches.size());
  std::vector<double> seconds;
  for (const Unit& unit : units) {
    for (size_t i = unit.begin; i < unit.end; ++i) {
      plan->batches[i].unit = seconds.size();
      ordered.push_back(std::move(plan->batches[i]));
    }
    seconds.push_back(unit.seconds);
  }
  plan->batches = std::move(ordered);
  const int slots = std::max(options.slots, 1);
  plan->makespan_s = ListScheduleMakespan(seconds, slots);
  plan->floor_s = std::max(plan->longest_test_s, plan->work_s / slots);
}

}  // namespace fastest::plan
