#include "coordinator/plan/planner.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "coordinator/plan/list_schedule.h"
#include "coordinator/plan/module_split.h"

namespace fastest::plan {
namespace {

// Keeps a lease that names its tests well below the size of a message (some 100 bytes a test).
constexpr size_t kMaxNamedTests = 2000;

// Estimates come from a file that others write too: nothing in it may upset the arithmetic.
double Sane(double seconds) { return std::isfinite(seconds) && seconds > 0 ? seconds : 0; }

// On a single slot every order takes equally long, so pytest's own is kept.
bool InOrder(const PlanOptions& options) { return options.keep_order || options.slots <= 1; }

SplitLimits LimitsFor(double work_s, const PlanOptions& options) {
  SplitLimits limits;
  limits.slots = std::max(options.slots, 1);
  limits.min_part_s = Sane(options.min_part_s);
  limits.max_part_s = std::max(Sane(options.epsilon) * work_s / limits.slots, limits.min_part_s);
  return limits;
}

void Complete(double work_s, double longest_test_s, const PlanOptions& options, bool longest_first, Plan* plan) {
  if (longest_first) {
    std::stable_sort(plan->batches.begin(), plan->batches.end(),
                     [](const PlannedBatch& a, const PlannedBatch& b) { return a.predicted_s > b.predicted_s; });
  }
  const int slots = std::max(options.slots, 1);
  std::vector<double> seconds;
  seconds.reserve(plan->batches.size());
  for (const PlannedBatch& batch : plan->batches) seconds.push_back(batch.predicted_s);
  plan->makespan_s = ListScheduleMakespan(seconds, slots);
  plan->floor_s = std::max(longest_test_s, work_s / slots);
}

std::vector<Border> BordersOf(const ModuleEstimate& module) {
  // A boundary is named by its test's id, so an id that stands twice can't be one.
  absl::flat_hash_map<std::string_view, int> times;
  for (const TestEstimate& test : module.tests) ++times[test.node_id];
  std::vector<Border> borders(module.tests.size(), Border::kNone);
  for (size_t i = 1; i < borders.size(); ++i) {
    const std::string& id = module.tests[i].node_id;
    if (times[id] == 1) borders[i] = BorderBetween(module.tests[i - 1].node_id, id);
  }
  return borders;
}

void AppendModule(const ModuleEstimate& module, const SplitLimits& limits, bool may_split, Plan* plan) {
  std::vector<double> seconds;
  seconds.reserve(module.tests.size());
  double body_s = 0;
  for (const TestEstimate& test : module.tests) {
    seconds.push_back(Sane(test.seconds));
    body_s += seconds.back();
  }
  const double setup_s = Sane(module.setup_s);
  std::vector<size_t> cuts;
  if (may_split && module.ids_exact && setup_s + body_s > limits.max_part_s) {
    cuts = ChooseCuts(seconds, BordersOf(module), setup_s, limits);
  }
  size_t first = 0;
  for (size_t part = 0; part <= cuts.size(); ++part) {
    const size_t end = part < cuts.size() ? cuts[part] : seconds.size();
    PlannedBatch planned;
    planned.batch.set_module(module.node_id);
    for (size_t cut : cuts) planned.batch.add_boundaries(module.tests[cut].node_id);
    planned.batch.set_part(static_cast<uint32_t>(part));
    planned.predicted_s = setup_s;
    for (; first < end; ++first) planned.predicted_s += seconds[first];
    plan->batches.push_back(std::move(planned));
  }
}

// Neighbours in pytest's order that go to one worker.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
  double seconds = 0;
  // The only stretch of its module.
  bool whole_module = true;
};

std::vector<Stretch> StretchesByModule(const std::vector<WholeTest>& tests) {
  std::vector<Stretch> stretches;
  absl::flat_hash_map<std::string_view, size_t> first_of_module;
  for (size_t i = 0; i < tests.size(); ++i) {
    if (i == 0 || tests[i].module != tests[i - 1].module) {
      Stretch stretch{i, i, 0, true};
      auto [first, is_new] = first_of_module.try_emplace(tests[i].module, stretches.size());
      if (!is_new) stretches[first->second].whole_module = stretch.whole_module = false;
      stretches.push_back(stretch);
    }
    stretches.back().end = i + 1;
    stretches.back().seconds += Sane(tests[i].seconds);
  }
  return stretches;
}

// Joins neighbours until each lasts `min_s`. Random order leaves stretches of a test each, and a batch has a price of its own.
std::vector<Stretch> JoinSmall(const std::vector<Stretch>& stretches, bool whole_modules_too, double min_s) {
  std::vector<Stretch> joined;
  for (const Stretch& next : stretches) {
    const bool joins = !joined.empty() && joined.back().seconds < min_s &&
                       (whole_modules_too || (!joined.back().whole_module && !next.whole_module)) &&
                       next.end - joined.back().begin <= kMaxNamedTests;
    if (!joins) {
      joined.push_back(next);
      continue;
    }
    joined.back().end = next.end;
    joined.back().seconds += next.seconds;
  }
  return joined;
}

std::vector<size_t> CutsOf(const std::vector<WholeTest>& tests, const Stretch& stretch, const SplitLimits& limits) {
  std::vector<double> seconds;
  std::vector<Border> borders;
  for (size_t i = stretch.begin; i < stretch.end; ++i) {
    seconds.push_back(Sane(tests[i].seconds));
    borders.push_back(i == stretch.begin ? Border::kNone
                                         : BorderBetween(tests[i - 1].ref.node_id(), tests[i].ref.node_id()));
  }
  std::vector<size_t> cuts = ChooseCuts(seconds, borders, /*setup_s=*/0, limits);
  for (size_t& cut : cuts) cut += stretch.begin;
  return cuts;
}

// tests[begin, end) as batches of no more than kMaxNamedTests.
void AppendNamed(const std::vector<WholeTest>& tests, size_t begin, size_t end, Plan* plan) {
  PlannedBatch planned;
  for (size_t i = begin; i < end; ++i) {
    *planned.batch.add_tests() = tests[i].ref;
    planned.predicted_s += Sane(tests[i].seconds);
    if (i + 1 == end || static_cast<size_t>(planned.batch.tests_size()) == kMaxNamedTests) {
      plan->batches.push_back(std::move(planned));
      planned = PlannedBatch();
    }
  }
}

}  // namespace

Plan PlanByModule(const std::vector<ModuleEstimate>& modules, const PlanOptions& options) {
  double work_s = 0;
  double longest_test_s = 0;
  for (const ModuleEstimate& module : modules) {
    work_s += Sane(module.setup_s);
    for (const TestEstimate& test : module.tests) {
      work_s += Sane(test.seconds);
      longest_test_s = std::max(longest_test_s, Sane(test.seconds));
    }
  }
  const SplitLimits limits = LimitsFor(work_s, options);
  const bool in_order = InOrder(options);
  Plan plan;
  for (const ModuleEstimate& module : modules) AppendModule(module, limits, !in_order, &plan);
  Complete(work_s, longest_test_s, options, !in_order, &plan);
  return plan;
}

Plan PlanWhole(const std::vector<WholeTest>& tests, const PlanOptions& options) {
  double work_s = 0;
  double longest_test_s = 0;
  for (const WholeTest& test : tests) {
    work_s += Sane(test.seconds);
    longest_test_s = std::max(longest_test_s, Sane(test.seconds));
  }
  const SplitLimits limits = LimitsFor(work_s, options);
  const bool in_order = InOrder(options);
  Plan plan;
  for (const Stretch& stretch : JoinSmall(StretchesByModule(tests), in_order, limits.min_part_s)) {
    size_t begin = stretch.begin;
    if (!in_order) {
      for (size_t cut : CutsOf(tests, stretch, limits)) {
        AppendNamed(tests, begin, cut, &plan);
        begin = cut;
      }
    }
    AppendNamed(tests, begin, stretch.end, &plan);
  }
  Complete(work_s, longest_test_s, options, !in_order, &plan);
  return plan;
}

}  // namespace fastest::plan
