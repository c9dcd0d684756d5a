#include "coordinator/plan/plan_whole.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "coordinator/plan/plan_limits.h"

namespace fastest::plan {
namespace {

// Keeps a lease that names its tests well below the largest size of a message (a test takes some 100 bytes).
constexpr size_t kMaxNamedTests = 2000;

using Setups = std::unordered_map<std::string, SetupCost>;
using Tests = std::vector<const WholeTest*>;

const SetupCost& SetupOf(const Setups& setups, const std::string& module) {
  static const SetupCost* const kNothing = new SetupCost;
  const auto known = setups.find(module);
  return known == setups.end() ? *kNothing : known->second;
}

// Neighbours in pytest's order that go to one worker.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
  double seconds = 0;
  // The module has no other stretch.
  bool whole_module = true;
};

std::vector<Stretch> StretchesByModule(const Tests& tests, const Setups& setups) {
  std::vector<Stretch> stretches;
  absl::flat_hash_map<std::string_view, size_t> first_of_module;
  for (size_t i = 0; i < tests.size(); ++i) {
    if (i == 0 || tests[i]->module != tests[i - 1]->module) {
      Stretch stretch{i, i, Sane(SetupOf(setups, tests[i]->module).module_s), true};
      const auto [first, is_new] = first_of_module.try_emplace(tests[i]->module, stretches.size());
      if (!is_new) stretches[first->second].whole_module = stretch.whole_module = false;
      stretches.push_back(stretch);
    }
    stretches.back().end = i + 1;
    stretches.back().seconds += Sane(tests[i]->seconds);
  }
  return stretches;
}

// Joins short neighbours, because each batch has a cost of its own. Modules are joined up to `merge_s`. Stretches of
// scattered modules are joined until each lasts `min_s`: something made their order count (parameters of session scope,
// random order).
std::vector<Stretch> JoinShort(const std::vector<Stretch>& stretches, double merge_s, double min_s) {
  std::vector<Stretch> joined;
  for (const Stretch& next : stretches) {
    bool joins = false;
    if (!joined.empty() && next.end - joined.back().begin <= kMaxNamedTests) {
      const bool scattered = !joined.back().whole_module && !next.whole_module;
      joins = joined.back().seconds + next.seconds <= merge_s || (scattered && joined.back().seconds < min_s);
    }
    if (!joins) {
      joined.push_back(next);
      continue;
    }
    joined.back().end = next.end;
    joined.back().seconds += next.seconds;
  }
  return joined;
}

std::vector<size_t> CutsOf(const Tests& tests, const Stretch& stretch, const Setups& setups,
                           const SplitLimits& limits) {
  const SetupCost& setup = SetupOf(setups, tests[stretch.begin]->module);
  Body body;
  body.setup_s = Sane(setup.module_s);
  std::string_view before;
  for (size_t i = stretch.begin; i < stretch.end; ++i) {
    const std::string& node_id = tests[i]->ref.node_id();
    const double class_s = ClassSetupAfter(setup, before, node_id);
    body.seconds.push_back(Sane(tests[i]->seconds) + class_s);
    body.repeats_s.push_back(ClassSetup(setup, node_id) - class_s);
    body.borders.push_back(BorderBetween(before, node_id));
    before = node_id;
  }
  std::vector<size_t> cuts = ChooseCuts(body, limits);
  for (size_t& cut : cuts) cut += stretch.begin;
  return cuts;
}

// Makes batches that name their tests. Each batch is a unit of its own.
class NamedBatches {
 public:
  NamedBatches(const Setups& setups, Plan* plan) : setups_(setups), plan_(plan) {}

  // Appends tests[begin, end), in batches of at most `most` tests.
  void Append(const Tests& tests, size_t begin, size_t end, size_t most = kMaxNamedTests) {
    while (begin < end) {
      const size_t last = std::min(end, begin + most);
      plan_->batches.push_back(Make(tests, begin, last));
      begin = last;
    }
  }

  void AppendGroup(const Tests& tests) {
    plan_->batches.push_back(Make(tests, 0, tests.size()));
    plan_->batches.back().batch.set_together(true);
  }

 private:
  PlannedBatch Make(const Tests& tests, size_t begin, size_t end) {
    PlannedBatch planned;
    planned.unit = plan_->batches.size();
    const std::string& module = tests[begin]->module;
    planned.package = PackageOf(module);
    absl::flat_hash_set<std::string_view> modules;
    std::string_view before;
    for (size_t i = begin; i < end; ++i) {
      const WholeTest& test = *tests[i];
      const SetupCost& setup = SetupOf(setups_, test.module);
      if (modules.insert(test.module).second) planned.setup_s += Sane(setup.module_s);
      planned.predicted_s += Sane(test.seconds) + ClassSetupAfter(setup, before, test.ref.node_id());
      *planned.batch.add_tests() = test.ref;
      before = test.ref.node_id();
    }
    planned.predicted_s += planned.setup_s;
    return planned;
  }

  const Setups& setups_;
  Plan* const plan_;
};

bool AreOneGroup(const std::vector<WholeTest>& tests) {
  if (tests.empty() || tests.front().group.empty()) return false;
  return std::all_of(tests.begin(), tests.end(), [&](const WholeTest& t) { return t.group == tests.front().group; });
}

// Adds up all tests, with the set-up of each module and class once.
void Account(const std::vector<WholeTest>& tests, const Setups& setups, Plan* plan) {
  plan->tests = tests.size();
  absl::flat_hash_set<std::string_view> modules;
  std::string_view before;
  for (const WholeTest& test : tests) {
    const SetupCost& setup = SetupOf(setups, test.module);
    plan->work_s += Sane(test.seconds) + ClassSetupAfter(setup, before, test.ref.node_id());
    if (modules.insert(test.module).second) plan->work_s += Sane(setup.module_s);
    before = test.ref.node_id();
    if (Sane(test.seconds) > plan->longest_test_s) {
      plan->longest_test_s = test.seconds;
      plan->longest_test = test.ref.node_id();
    }
  }
}

}  // namespace

Plan PlanWhole(const std::vector<WholeTest>& tests, const Setups& setups, const PlanOptions& options) {
  Plan plan;
  Account(tests, setups, &plan);
  NamedBatches batches(setups, &plan);
  const bool in_order = InOrder(options);
  const bool one_group = AreOneGroup(tests);
  Tests free;
  std::vector<Tests> groups;
  absl::flat_hash_map<std::string_view, size_t> group_numbers;
  for (const WholeTest& test : tests) {
    const std::string& name = test.group.empty() && options.keep_modules ? test.module : test.group;
    // A single worker runs all tests, so it keeps every group together. A group of all tests is one batch there, too:
    // then the worker reports them in the order in which they ran.
    if (name.empty() || (in_order && !one_group)) {
      free.push_back(&test);
      continue;
    }
    const auto [group, is_new] = group_numbers.try_emplace(name, groups.size());
    if (is_new) groups.emplace_back();
    groups[group->second].push_back(&test);
  }
  for (const Tests& group : groups) batches.AppendGroup(group);

  const std::vector<Stretch> stretches = StretchesByModule(free, setups);
  std::vector<double> costs;
  for (const Stretch& stretch : stretches) costs.push_back(stretch.seconds);
  const Limits limits = LimitsFor(plan.work_s, costs, options);
  for (const Stretch& stretch : JoinShort(stretches, limits.merge_s, limits.split.min_part_s)) {
    size_t begin = stretch.begin;
    if (!in_order && stretch.seconds > limits.split.max_part_s) {
      for (const size_t cut : CutsOf(free, stretch, setups, limits.split)) {
        batches.Append(free, begin, cut);
        begin = cut;
      }
    }
    batches.Append(free, begin, stretch.end);
  }
  Complete(options, &plan);
  return plan;
}

Plan PlanSequence(const std::vector<WholeTest>& tests) {
  Plan plan;
  Account(tests, {}, &plan);
  for (const WholeTest& test : tests) {
    const bool goes_on = !plan.batches.empty() && plan.batches.back().batch.module() == test.module &&
                         static_cast<size_t>(plan.batches.back().batch.tests_size()) < kMaxNamedTests;
    if (!goes_on) {
      plan.batches.emplace_back().batch.set_module(test.module);
      plan.batches.back().unit = plan.batches.size() - 1;
    }
    *plan.batches.back().batch.add_tests() = test.ref;
  }
  PlanOptions one_slot;
  Complete(one_slot, &plan);
  return plan;
}

}  // namespace fastest::plan
