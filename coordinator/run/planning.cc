#include "coordinator/run/planning.h"

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "proto/test_id.h"

namespace fastest::run {
namespace {

std::vector<plan::WholeTest> TestsOf(const isolation::Sequence& sequence) {
  std::vector<plan::WholeTest> tests;
  for (const v1::TestRef& ref : sequence.tests) tests.push_back({ref, std::string(ModuleOf(ref.node_id())), 0, ""});
  return tests;
}

std::vector<plan::WholeTest> TestsOf(const v1::Collection& collection, const Estimates& estimates) {
  std::vector<plan::WholeTest> tests;
  std::unordered_map<std::string, uint32_t> seen;
  for (const v1::CollectedTest& collected : collection.tests()) {
    plan::WholeTest& test = tests.emplace_back();
    test.ref.set_node_id(collected.node_id());
    test.ref.set_index(seen[collected.node_id()]++);
    test.module = collected.module();
    test.group = collected.group();
    test.seconds = estimates.ForTest(test.module, collected.node_id());
  }
  return tests;
}

std::vector<std::string> ModulesOf(const std::vector<plan::WholeTest>& tests) {
  std::vector<std::string> modules;
  std::unordered_set<std::string> seen;
  for (const plan::WholeTest& test : tests) {
    if (seen.insert(test.module).second) modules.push_back(test.module);
  }
  return modules;
}

// The modules that are left to workers, in pytest's order.
std::vector<std::string> WithoutConstant(const v1::Collection& collection) {
  const std::unordered_set<std::string> constant(collection.native().begin(), collection.native().end());
  std::vector<std::string> modules;
  for (const std::string& module : collection.modules()) {
    if (constant.count(module) == 0) modules.push_back(module);
  }
  return modules;
}

void PlanByModule(const RunOptions& options, const Estimates& estimates, const v1::Collection& collection,
                  const plan::PlanOptions& plan_options, PlannedWork* work) {
  const shards::Share& share = options.share;
  work->module_order.assign(collection.modules().begin(), collection.modules().end());
  const std::vector<plan::ModuleEstimate> mine = share.Select(estimates.ForModules(WithoutConstant(collection)));
  for (const plan::ModuleEstimate& module : mine) {
    const bool all_of_it = module.boundaries.empty() && share.settled().tests.count(module.node_id) == 0;
    // A plan that is only shown is not held against what comes of it.
    if (options.plan_only || estimates.exact_ids().count(module.node_id) == 0) continue;
    (all_of_it ? work->exact_modules : work->exact_parts).push_back(module.node_id);
  }
  work->plan = plan::PlanByModule(mine, plan_options);
  for (plan::PlannedBatch& planned : work->plan.batches) share.Except(&planned.batch);
  work->expected = share.everything() ? estimates.expected_tests() : static_cast<int>(work->plan.tests);
}

}  // namespace

bool KnowsTests(const RunOptions& options, v1::CollectionMode mode) {
  return mode == v1::WHOLE || options.sequence.has_value();
}

PlannedWork PlanWork(const RunOptions& options, const Estimates& estimates, const v1::Collection& collection) {
  plan::PlanOptions plan_options;
  plan_options.slots = options.slots;
  plan_options.keep_order = options.slots == 1;
  plan_options.order_binds = collection.order_binds();
  plan_options.keep_modules = options.keep_modules;
  PlannedWork work;
  if (!KnowsTests(options, collection.mode())) {
    PlanByModule(options, estimates, collection, plan_options, &work);
    return work;
  }
  if (options.sequence.has_value()) {
    work.tests = TestsOf(*options.sequence);
    work.plan = plan::PlanSequence(work.tests);
  } else {
    work.tests = TestsOf(collection, estimates);
    work.plan = plan::PlanWhole(work.tests, estimates.Setups(), plan_options);
  }
  work.module_order = ModulesOf(work.tests);
  work.expected = static_cast<int>(work.tests.size());
  return work;
}

}  // namespace fastest::run
