#include "coordinator/run/bookkeeper.h"

#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/constant_tests/decided_results.h"
#include "coordinator/plan/planned_names.h"
#include "coordinator/results/passed_result.h"
#include "proto/test_id.h"
#include "proto/worker_id.h"

namespace fastest::run {

Bookkeeper::Bookkeeper(const RunOptions& options, StringTable& names, dispatch::DispatchQueue& queue,
                       control::Control& control, report::RunReports& reports)
    : options_(options),
      queue_(queue),
      control_(control),
      reports_(reports),
      inventory_(names, /*is_part=*/!options.share.everything()),
      claims_(inventory_),
      attempts_(options.failures),
      ledger_(names, /*is_part=*/!options.share.everything()),
      measurements_(names) {}

void Bookkeeper::Plan(const PlannedWork& work, const Estimates& estimates, const v1::Collection& collection) {
  mode_ = collection.mode();
  module_order_ = work.module_order;
  claims_.SetModules(module_order_);
  if (!options_.controller.empty()) {
    control_.TellPlanned(plan::PlannedNames(work.tests, work.module_order, estimates.exact_ids()), work.expected);
  }
  if (KnowsTests()) {
    EnterTests(work, collection);
    return;
  }
  for (const std::string& module : work.exact_modules) ledger_.Planned(module, estimates.exact_ids().at(module));
  for (const std::string& module : work.exact_parts) {
    ledger_.Planned(module, estimates.exact_ids().at(module), /*whole=*/false);
  }
  inventory_.Expect(work.expected);
  reports_.all().Expected(work.expected, false);
}

void Bookkeeper::EnterTests(const PlannedWork& work, const v1::Collection& collection) {
  std::unordered_map<std::string, std::vector<v1::TestRef>> per_module;
  for (const plan::WholeTest& test : work.tests) {
    inventory_.List(test.ref);
    per_module[test.module].push_back(test.ref);
  }
  if (!options_.sequence.has_value()) {
    inventory_.Deselect(static_cast<int>(collection.deselected()));
  } else {
    v1::WorkerMessage::Collected all;
    for (const plan::WholeTest& test : work.tests) *all.add_tests() = test.ref;
    ledger_.Collected(WorkerId(options_.sequence->worker), "", all);
  }
  ReportExpected(work.expected);
  for (const std::string& module : work.module_order) {
    const std::vector<v1::TestRef>& tests = per_module[module];
    reports_.all().ModuleExpected(module, static_cast<int>(tests.size()));
    reports_.all().Collected(module, tests, 0);
  }
}

void Bookkeeper::AddConstantTests(const v1::Collection& collection, double now) {
  if (!collection.native_refused().empty()) {
    reports_.Note(absl::StrCat("--engine=native decides nothing here: ", collection.native_refused()));
  }
  const results::Origin origin = {"", constant_tests::kNoWorker, 1, -1};
  for (const std::string& module : collection.native()) {
    const auto decided = options_.constant_modules.find(module);
    if (decided == options_.constant_modules.end()) continue;
    constant_tests::DecidedResults all = constant_tests::ResultsOf(module, decided->second, now);
    for (const v1::TestRef& test : all.collected.tests()) inventory_.List(test);
    ledger_.Collected(constant_tests::kNoWorker, module, all.collected);
    const std::vector<v1::TestRef> tests(all.collected.tests().begin(), all.collected.tests().end());
    reports_.all().ModuleExpected(module, static_cast<int>(tests.size()));
    reports_.all().Collected(module, tests, 0);
    for (v1::TestResult& result : all.results) {
      attempts_.Settle(/*failed=*/false, /*attempt=*/1, &result);
      if (ledger_.Reported(result)) reports_.all().Result(result, origin);
    }
  }
}

void Bookkeeper::Queue(const plan::Plan& plan, bool measured, double now) {
  timing_.Queued(now);
  reports_.all().Planned({static_cast<int>(plan.batches.size()), plan.makespan_s, plan.floor_s, plan.work_s, measured});
  inventory_.Await(plan.batches.size());
  for (const plan::PlannedBatch& planned : plan.batches) {
    queue_.Add(planned.batch, dispatch::Cost{planned.predicted_s, planned.setup_s, planned.batch.together(),
                                             static_cast<uint32_t>(planned.unit) + 1});
  }
  queue_.Seal();
  // Every test of the run was decided without a worker.
  if (plan.batches.empty() && inventory_.known() > 0 && !KnowsTests()) ReportExpected(inventory_.known());
}

void Bookkeeper::WorkerReady(const Worker& worker, const v1::Collection& collection, double now) {
  if (collection.mode() == v1::WHOLE && !options_.sequence.has_value()) {
    ledger_.WholeCollection(worker.id, options_.share.Select(collection));
  }
  timing_.WorkerReady(worker.id, worker.origin.agent, now);
}

void Bookkeeper::Granted(const v1::Lease& lease, dispatch::SlotKey slot, const Worker* worker, double now) {
  inventory_.Grant(lease);
  claims_.Grant(lease, slot.agent, slot.slot);
  timing_.Leased(lease.id(), slot.agent, now);
  if (worker == nullptr) return;
  const v1::Batch& batch = lease.batch();
  reports_.all().BatchLeased({lease.id(), batch.module(), static_cast<int>(batch.part()), batch.tests_size(), now},
                             worker->origin);
}

void Bookkeeper::Collected(const Worker& worker, const v1::WorkerMessage::Collected& collected) {
  const results::Lease* const lease = inventory_.Open(collected);
  if (lease == nullptr) return;
  timing_.Collected(worker.id, collected);
  queue_.Collected(collected.lease_id(), collected.tests(), {collected.no_retry().begin(), collected.no_retry().end()});
  if (KnowsTests()) {
    ExplainMissing(worker, collected);
    return;
  }
  const bool counts_deselected = options_.share.CountsDeselected(lease->module);
  if (counts_deselected || collected.module_deselected() == 0) {
    ledger_.Collected(worker.id, lease->module, collected);
  } else {
    v1::WorkerMessage::Collected without = collected;
    without.clear_module_deselected();
    ledger_.Collected(worker.id, lease->module, without);
  }
  measurements_.Collected(lease->module, collected.collect_s());
  // The tests of a rest are expected already.
  if (lease->rest) return;
  reports_.all().ModuleExpected(lease->module, inventory_.Add(*lease, collected, counts_deselected));
  reports_.all().Collected(lease->module, lease->tests, collected.collect_s());
  if (inventory_.all_added()) ReportExpected(inventory_.known());
}

// The tests are in the books already. What this worker cannot find is explained.
void Bookkeeper::ExplainMissing(const Worker& worker, const v1::WorkerMessage::Collected& collected) {
  const char* const why =
      options_.sequence.has_value() ? " did not find it" : " did not find it when it collected again";
  for (const v1::TestRef& ref : collected.missing()) {
    ledger_.NotRun(ref, std::string(ModuleOf(ref.node_id())), absl::StrCat(worker.id, why));
  }
}

void Bookkeeper::ReportExpected(int tests) {
  inventory_.Expect(tests);
  reports_.all().Deselected(inventory_.deselected());
  reports_.all().Expected(tests, true);
  control_.TellExpected(tests, inventory_.deselected());
}

void Bookkeeper::TestStarted(const Worker& worker, const v1::WorkerMessage::Progress& progress) {
  timing_.TestStarted(worker.id, progress.started_at());
  queue_.TestStarted(progress.started_lease_id(), progress.started());
  reports_.all().TestStarted(progress.started(), worker.origin, progress.started_at());
}

bool Bookkeeper::Result(const results::Origin& from, v1::TestResult& result, double now) {
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  const dispatch::Verdict verdict =
      queue_.ResultArrived(result.lease_id(), result.ref(), failed, result.reason() != v1::REASON_NONE,
                           attempts_.MayRetry(inventory_.expected()));
  if (!verdict.counts) return false;
  any_result_ = true;
  timing_.Stamp(from.worker, now, &result);
  results::Origin origin = from;
  origin.attempt = verdict.attempt;
  if (!verdict.last) {
    if (attempts_.Retry(result, origin, inventory_.expected())) {
      reports_.Note(
          absl::StrCat("the retry budget is used up (", attempts_.retries(), "): from here on a failure is final"));
    }
    reports_.all().Attempt(result, origin);
    return false;
  }
  attempts_.Settle(failed, verdict.attempt, &result);
  if (!ledger_.Reported(result)) return false;
  if (verdict.attempt > 1 && !failed) {
    attempts_.CountFlaky();
    ledger_.AddFlaky();
  }
  control_.Tell(from.worker, result);
  result.clear_serialized();
  reports_.all().Result(result, origin);
  const results::Lease* const lease = inventory_.Find(result.lease_id());
  const bool names_module = lease != nullptr && !lease->module.empty();
  std::string spelled;
  if (!names_module) spelled = std::string(ModuleOf(result.ref().node_id()));
  measurements_.Add(origin.worker, names_module ? lease->module : spelled, result, inventory_.PositionOf(result.ref()),
                    origin.attempt);
  return true;
}

bool Bookkeeper::Passed(const results::Origin& from, const v1::WorkerMessage::Passed& passed, double now) {
  const results::Lease* const lease = inventory_.Find(passed.lease_id());
  // The agent has checked the position. What is not there was taken from the agent since, and does not count any more.
  if (lease == nullptr || passed.position() >= lease->tests.size()) return false;
  v1::TestResult result = results::PassedResult(passed, lease->tests[passed.position()]);
  return Result(from, result, now);
}

void Bookkeeper::LeaseDone(uint64_t lease_id) {
  queue_.LeaseDone(lease_id);
  inventory_.Finish(lease_id);
}

bool Bookkeeper::CollectReport(const std::string& worker_id, const v1::CollectReport& report) {
  // Each part of a split module is collected by a worker that reports what is wrong with the module.
  if (!ledger_.CollectReported(report)) return false;
  control_.Tell(worker_id, report);
  reports_.all().Collect(report);
  return true;
}

void Bookkeeper::Warning(const std::string& worker_id, const v1::RecordedWarning& warning) {
  if (!warning.module().empty() && !inventory_.IsWarner(warning.module(), worker_id)) return;
  control_.Tell(worker_id, warning);
  Warning(warning);
}

void Bookkeeper::Warning(const v1::RecordedWarning& warning) {
  ledger_.AddWarnings(1);
  reports_.all().Warning(warning);
}

void Bookkeeper::SettleRetries() {
  for (const policy::Attempts::Failed& failed : attempts_.TakeUnretried()) {
    if (ledger_.Reported(failed.result)) reports_.all().Result(failed.result, failed.origin);
  }
}

void Bookkeeper::EnterNotRun(const std::string& reason, bool stopped, bool selects) {
  for (const dispatch::Left& work : queue_.GivenUp()) {
    ledger_.NotRun(work.batch, work.why.empty() ? reason : work.why, selects);
  }
  if (!stopped) return;
  for (const v1::Batch& batch : queue_.LeftByStop()) ledger_.NotRun(batch, reason, selects);
  ledger_.NotRunRest(reason);
}

void Bookkeeper::Close(double started_at, double now, results::RunSummary* summary) const {
  summary->counts = ledger_.counts();
  summary->books = ledger_.Close();
  summary->module_order = module_order_;
  for (const auto& [test, note] : attempts_.expired()) summary->policy_failures.push_back(note);
  summary->timing = timing_.Summary(started_at, now);
}

}  // namespace fastest::run
