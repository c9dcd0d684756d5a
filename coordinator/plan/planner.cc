#include "coordinator/plan/planner.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "coordinator/plan/plan_limits.h"

namespace fastest::plan {
namespace {

// Batches of a unit travel in one message, and a slot holds them all: not more than these.
constexpr size_t kMaxUnit = 256;

Body BodyOf(const ModuleEstimate& module) {
  Body body;
  body.setup_s = Sane(module.setup.module_s);
  // A boundary is named by its test's id, so an id that stands twice can't be one.
  absl::flat_hash_map<std::string_view, int> times;
  for (const TestEstimate& test : module.tests) ++times[test.node_id];
  std::string_view before;
  for (const TestEstimate& test : module.tests) {
    const double class_s = ClassSetupAfter(module.setup, before, test.node_id);
    body.seconds.push_back(Sane(test.seconds) + class_s);
    body.repeats_s.push_back(ClassSetup(module.setup, test.node_id) - class_s);
    body.borders.push_back(times[test.node_id] == 1 ? BorderBetween(before, test.node_id) : Border::kNone);
    before = test.node_id;
  }
  return body;
}

// Appends the module's batches, each a unit of its own.
void AppendModule(const ModuleEstimate& module, const Body& body, const std::vector<size_t>& cuts, size_t* units,
                  Plan* plan) {
  size_t next = 0;
  for (size_t part = 0; part <= cuts.size(); ++part) {
    const size_t first = next;
    const size_t end = part < cuts.size() ? cuts[part] : body.seconds.size();
    PlannedBatch planned;
    planned.batch.set_module(module.node_id);
    for (const size_t cut : cuts) planned.batch.add_boundaries(module.tests[cut].node_id);
    planned.batch.set_part(static_cast<uint32_t>(part));
    planned.package = PackageOf(module.node_id);
    planned.unit = (*units)++;
    planned.setup_s = body.setup_s;
    planned.predicted_s = body.setup_s;
    for (; next < end; ++next) planned.predicted_s += body.seconds[next];
    if (part > 0) planned.predicted_s += body.repeats_s[first];
    plan->batches.push_back(std::move(planned));
  }
}

// Joins neighbours that are shorter than merge_s to units of up to that length. A unit rather ends where a package does.
void MergeShort(double merge_s, Plan* plan) {
  double unit_s = 0;
  size_t in_unit = 0;
  for (size_t i = 0; i < plan->batches.size(); ++i) {
    PlannedBatch& batch = plan->batches[i];
    const PlannedBatch* before = i == 0 ? nullptr : &plan->batches[i - 1];
    const bool fits = before != nullptr && in_unit < kMaxUnit && unit_s + batch.predicted_s <= merge_s &&
                      (before->package == batch.package || unit_s < merge_s / 2);
    if (fits) {
      batch.unit = before->unit;
      unit_s += batch.predicted_s;
      ++in_unit;
    } else {
      unit_s = batch.predicted_s;
      in_unit = 1;
    }
  }
}

}  // namespace

Plan PlanByModule(const std::vector<ModuleEstimate>& modules, const PlanOptions& options) {
  Plan plan;
  std::vector<Body> bodies;
  std::vector<double> costs;
  for (const ModuleEstimate& module : modules) {
    const Body& body = bodies.emplace_back(BodyOf(module));
    double cost = body.setup_s;
    for (const double seconds : body.seconds) cost += seconds;
    costs.push_back(cost);
    plan.work_s += cost;
    plan.tests += module.tests.size();
    for (const TestEstimate& test : module.tests) {
      if (Sane(test.seconds) <= plan.longest_test_s) continue;
      plan.longest_test_s = test.seconds;
      plan.longest_test = test.node_id.empty() ? module.node_id : test.node_id;
    }
  }
  const Limits limits = LimitsFor(plan.work_s, costs, options);
  size_t units = 0;
  for (size_t i = 0; i < modules.size(); ++i) {
    const bool may_split = !InOrder(options) && modules[i].ids_exact;
    AppendModule(modules[i], bodies[i], may_split ? ChooseCuts(bodies[i], limits.split) : std::vector<size_t>(), &units,
                 &plan);
  }
  MergeShort(limits.merge_s, &plan);
  Complete(options, &plan);
  return plan;
}

}  // namespace fastest::plan
