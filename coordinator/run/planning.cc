// From what a worker has collected to batches in the queue.
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/plan/plan_text.h"
#include "coordinator/plan/planner.h"
#include "coordinator/run/run.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::run {
namespace {

// The modules that are left to workers, in pytest's order.
std::vector<std::string> WithoutNative(const v1::Collection& collection) {
  const std::unordered_set<std::string> native(collection.native().begin(), collection.native().end());
  std::vector<std::string> modules;
  for (const std::string& module : collection.modules()) {
    if (native.count(module) == 0) modules.push_back(module);
  }
  return modules;
}

}  // namespace

void Run::PlanWork(const v1::Collection& collection) {
  const int errors = static_cast<int>(collection.errors());
  if (errors > 0 && !GoesOnAfterErrors()) {
    StopWork(absl::StrCat("Interrupted: ", errors, errors == 1 ? " error" : " errors", " during collection"), false);
    collection_failed_ = interrupted_ = true;
    queue_.Seal();
    if (options_.plan_only) {
      deps_.show(v1::WorkerMessage::Output::STDERR, absl::StrCat(stop_reason_, "; without --plan they are shown\n"));
    }
    return;
  }
  plan::PlanOptions plan_options;
  plan_options.slots = options_.slots;
  plan_options.keep_order = options_.slots == 1;
  plan_options.order_binds = collection.order_binds();
  plan_options.keep_modules = options_.keep_modules;
  plan::Plan plan;
  // What whoever steals a part of a module pays once more; where everything is collected anyway, next to nothing.
  if (KnowsTests()) {
    const std::vector<plan::WholeTest> tests = ListTests(collection);
    std::unordered_map<std::string, std::vector<v1::TestRef>> per_module;
    for (const plan::WholeTest& test : tests) {
      positions_.emplace(dispatch::KeyOf(test.ref, &names_), static_cast<int>(positions_.size()));
      std::vector<v1::TestRef>& of_module = per_module[test.module];
      if (of_module.empty()) module_order_.push_back(test.module);
      of_module.push_back(test.ref);
    }
    ReportExpected(static_cast<int>(tests.size()));
    for (const std::string& module : module_order_) {
      Report([&](report::Reporter& r) { r.ModuleExpected(module, per_module[module].size()); });
      Report([&](report::Reporter& r) { r.Collected(module, per_module[module], 0); });
    }
    plan = options_.sequence.has_value() ? plan::PlanSequence(tests)
                                         : plan::PlanWhole(tests, estimates_.Setups(), plan_options);
  } else {
    module_order_.assign(collection.modules().begin(), collection.modules().end());
    const shards::Share& share = options_.share;
    const std::vector<plan::ModuleEstimate> mine = share.Select(estimates_.ForModules(WithoutNative(collection)));
    for (const plan::ModuleEstimate& module : mine) {
      const auto exact = estimates_.exact_ids().find(module.node_id);
      const bool all_of_it = module.boundaries.empty() && share.settled().tests.count(module.node_id) == 0;
      if (exact == estimates_.exact_ids().end() || !all_of_it || options_.plan_only) continue;
      ledger_.Planned(module.node_id, exact->second);
    }
    plan = plan::PlanByModule(mine, plan_options);
    for (plan::PlannedBatch& planned : plan.batches) share.Except(&planned.batch);
    const int expected = share.everything() ? estimates_.expected_tests() : static_cast<int>(plan.tests);
    Report([&](report::Reporter& r) { r.Expected(expected, false); });
    expected_ = expected;
  }
  if (!options_.native.empty()) ReportNative(collection);
  if (options_.plan_only) {
    ShowPlan(plan);
    return;
  }
  if (plan.batches.empty() && !options_.share.everything()) {
    Note(options_.share.shard() == 0 || !options_.share.settled().run_ids.empty()
             ? "nothing is left to be run"
             : absl::StrCat("shard ", options_.share.shard(), " of ", options_.share.plan().shards(),
                            " holds no tests"));
  }
  timing_.Queued(deps_.now());
  const results::PlanFacts facts = {static_cast<int>(plan.batches.size()), plan.makespan_s, plan.floor_s, plan.work_s,
                                    estimates_.measured()};
  Report([&](report::Reporter& r) { r.Planned(facts); });
  uncollected_ = plan.batches.size();
  for (const plan::PlannedBatch& planned : plan.batches) {
    queue_.Add(planned.batch, dispatch::Cost{planned.predicted_s, planned.setup_s, planned.batch.together(),
                                             static_cast<uint32_t>(planned.unit) + 1});
  }
  queue_.Seal();
  if (uncollected_ == 0 && !positions_.empty() && !KnowsTests()) ReportExpected(static_cast<int>(positions_.size()));
  estimates_ = Estimates();
}

std::vector<plan::WholeTest> Run::ListTests(const v1::Collection& collection) {
  std::vector<plan::WholeTest> tests;
  if (options_.sequence.has_value()) {
    for (const v1::TestRef& ref : options_.sequence->tests) {
      tests.push_back({ref, std::string(ModuleOf(ref.node_id())), 0, ""});
      v1::WorkerMessage::Collected collected;
      *collected.add_tests() = ref;
      ledger_.Collected(absl::StrCat("gw", FirstWorker()), "", collected);
    }
    return tests;
  }
  std::unordered_map<std::string, uint32_t> seen;
  for (const v1::CollectedTest& collected : collection.tests()) {
    plan::WholeTest& test = tests.emplace_back();
    test.ref.set_node_id(collected.node_id());
    test.ref.set_index(seen[collected.node_id()]++);
    test.module = collected.module();
    test.group = collected.group();
    test.seconds = estimates_.ForTest(test.module, collected.node_id());
  }
  deselected_ = static_cast<int>(collection.deselected());
  return tests;
}

void Run::ShowPlan(const plan::Plan& plan) {
  plan::PlanTextOptions text;
  text.slots = options_.slots;
  text.measured = estimates_.measured();
  if (options_.plan_in_full) text.max_lines = plan.batches.size();
  deps_.show(v1::WorkerMessage::Output::STDOUT, plan::PlanText(plan, text));
  forced_exit_ = plan.batches.empty() ? kNoTestsCollected : kOk;
  queue_.Seal();
}

void Run::ReportExpected(int tests) {
  expected_ = tests;
  Report([&](report::Reporter& r) { r.Deselected(deselected_); });
  Report([&](report::Reporter& r) { r.Expected(tests, true); });
}

}  // namespace fastest::run
