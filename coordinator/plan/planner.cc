#include "coordinator/plan/planner.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "coordinator/plan/plan_limits.h"

namespace fastest::plan {
namespace {

// The batches of a unit travel in one message, and a slot holds all of them. So their number is limited.
constexpr size_t kMaxUnit = 256;

Body BodyOf(const ModuleEstimate& module) {
  Body body;
  body.setup_s = Sane(module.setup.module_s);
  // A boundary is named by the id of its test. So an id that stands twice cannot be a boundary.
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

// How a module is made into batches: where it is cut, by place and by name, and which of its parts are wanted.
struct Cutting {
  std::vector<size_t> cuts;
  std::vector<std::string> boundaries;
  std::vector<uint32_t> parts;
};

// The places of the given boundaries, by the rule of v1::Batch.
Cutting GivenCutting(const ModuleEstimate& module) {
  Cutting cutting = {{}, module.boundaries, module.parts};
  absl::flat_hash_map<std::string_view, size_t> places;
  for (size_t i = 0; i < module.tests.size(); ++i) places.try_emplace(module.tests[i].node_id, i);
  size_t last = 0;
  for (const std::string& boundary : module.boundaries) {
    const auto place = places.find(boundary);
    if (place != places.end()) last = std::max(last, place->second);
    cutting.cuts.push_back(last);
  }
  return cutting;
}

Cutting CutAt(const ModuleEstimate& module, std::vector<size_t> cuts) {
  Cutting cutting;
  for (const size_t cut : cuts) cutting.boundaries.push_back(module.tests[cut].node_id);
  for (size_t part = 0; part <= cuts.size(); ++part) cutting.parts.push_back(static_cast<uint32_t>(part));
  cutting.cuts = std::move(cuts);
  return cutting;
}

size_t PartTests(const ModuleEstimate& module, const Cutting& cutting) {
  size_t tests = 0;
  for (const uint32_t part : cutting.parts) {
    if (part > cutting.cuts.size()) continue;
    const size_t first = part == 0 ? 0 : cutting.cuts[part - 1];
    tests += (part < cutting.cuts.size() ? cutting.cuts[part] : module.tests.size()) - first;
  }
  return tests;
}

double PartSeconds(const Body& body, const std::vector<size_t>& cuts, size_t part) {
  const size_t first = part == 0 ? 0 : cuts[part - 1];
  const size_t end = part < cuts.size() ? cuts[part] : body.seconds.size();
  double seconds = body.setup_s;
  for (size_t i = first; i < end; ++i) seconds += body.seconds[i];
  if (part > 0 && first < body.repeats_s.size()) seconds += body.repeats_s[first];
  return seconds;
}

// Appends the batches of the module. Each is a unit of its own.
void AppendModule(const ModuleEstimate& module, const Body& body, const Cutting& cutting, size_t* units, Plan* plan) {
  for (const uint32_t part : cutting.parts) {
    if (part > cutting.cuts.size()) continue;
    PlannedBatch planned;
    planned.batch.set_module(module.node_id);
    for (const std::string& boundary : cutting.boundaries) planned.batch.add_boundaries(boundary);
    planned.batch.set_part(part);
    planned.package = PackageOf(module.node_id);
    planned.unit = (*units)++;
    planned.setup_s = body.setup_s;
    planned.predicted_s = PartSeconds(body, cutting.cuts, part);
    plan->batches.push_back(std::move(planned));
  }
}

// Joins neighbours that are shorter than merge_s to units of up to that length. Units end by preference where a package
// ends.
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
    double cost = 0;
    if (module.boundaries.empty()) {
      cost = PartSeconds(body, {}, 0);
      plan.tests += module.tests.size();
    } else {
      const Cutting given = GivenCutting(module);
      for (const uint32_t part : given.parts)
        cost += part <= given.cuts.size() ? PartSeconds(body, given.cuts, part) : 0;
      plan.tests += PartTests(module, given);
    }
    costs.push_back(cost);
    plan.work_s += cost;
    for (const TestEstimate& test : module.tests) {
      if (Sane(test.seconds) <= plan.longest_test_s) continue;
      plan.longest_test_s = test.seconds;
      plan.longest_test = test.node_id.empty() ? module.node_id : test.node_id;
    }
  }
  const Limits limits = LimitsFor(plan.work_s, costs, options);
  size_t units = 0;
  for (size_t i = 0; i < modules.size(); ++i) {
    const ModuleEstimate& module = modules[i];
    if (!module.boundaries.empty()) {
      AppendModule(module, bodies[i], GivenCutting(module), &units, &plan);
      continue;
    }
    const bool may_split = !InOrder(options) && !options.keep_modules && module.ids_exact;
    AppendModule(module, bodies[i],
                 CutAt(module, may_split ? ChooseCuts(bodies[i], limits.split) : std::vector<size_t>()), &units, &plan);
  }
  if (options.keep_modules) {
    for (PlannedBatch& planned : plan.batches) planned.batch.set_together(true);
  }
  MergeShort(limits.merge_s, &plan);
  Complete(options, &plan);
  return plan;
}

}  // namespace fastest::plan
