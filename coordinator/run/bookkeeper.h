// Keeps in step what is kept of a run's tests. What a worker says about a test is entered here, once, in the dispatch
// queue, the inventory, the attempts, the ledger, the durations and the times. Then the control session and the
// reporters are told. Owned by the run, which decides what follows, such as a stop. Time is an argument; not
// thread-safe.
#ifndef FASTEST_COORDINATOR_RUN_BOOKKEEPER_H_
#define FASTEST_COORDINATOR_RUN_BOOKKEEPER_H_

#include <string>
#include <vector>

#include "base/string_table.h"
#include "coordinator/control/control.h"
#include "coordinator/dispatch/dispatch_queue.h"
#include "coordinator/policy/attempts.h"
#include "coordinator/report/run_reports.h"
#include "coordinator/results/inventory.h"
#include "coordinator/results/lease_claims.h"
#include "coordinator/results/ledger.h"
#include "coordinator/results/run_summary.h"
#include "coordinator/results/run_timing.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/measurements.h"
#include "coordinator/run/planning.h"
#include "coordinator/run/roster.h"
#include "coordinator/run/run_options.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::run {

class Bookkeeper {
 public:
  // All of them must outlive this. `names`: the run's table of node ids.
  Bookkeeper(const RunOptions& options, StringTable& names, dispatch::DispatchQueue& queue, control::Control& control,
             report::RunReports& reports);

  // The beginning. `collection`: the tests that this run has a share in.
  void Plan(const PlannedWork& work, const Estimates& estimates, const v1::Collection& collection);
  // The tests that workers have left out because they were decided without Python.
  void AddConstantTests(const v1::Collection& collection, double now);
  // Hands the plan's batches to the queue. There will be no others.
  void Queue(const plan::Plan& plan, bool measured, double now);

  // In the midst of the run. Empty: the worker in the slot may say this (LeaseClaims). Else nothing of it is entered.
  std::string WhyNot(dispatch::SlotKey slot, const v1::WorkerMessage& message) {
    return claims_.WhyNot(slot.agent, slot.slot, message);
  }
  // `collection`: Ready.collection.
  void WorkerReady(const Worker& worker, const v1::Collection& collection, double now);
  void Granted(const v1::Lease& lease, dispatch::SlotKey slot, const Worker* worker, double now);
  void Collected(const Worker& worker, const v1::WorkerMessage::Collected& collected);
  void TestStarted(const Worker& worker, const v1::WorkerMessage::Progress& progress);
  // True: it is the test's last word, and the first. Stamps `result`.
  bool Result(const results::Origin& from, v1::TestResult& result, double now);
  bool Passed(const results::Origin& from, const v1::WorkerMessage::Passed& passed, double now);
  void LeaseDone(uint64_t lease_id);
  // True: nobody has reported it before.
  bool CollectReport(const std::string& worker_id, const v1::CollectReport& report);
  void Warning(const std::string& worker_id, const v1::RecordedWarning& warning);
  // A warning of the control session.
  void Warning(const v1::RecordedWarning& warning);

  // The end. Failures whose retry never came are final after all.
  void SettleRetries();
  // Enters what was not run, for `reason` unless the queue has a better one. `stopped`: also what the stop left of
  // leases, and what it kept from being begun. `selects`: see Ledger::NotRun.
  void EnterNotRun(const std::string& reason, bool stopped, bool selects);
  // Closes the books, once, and fills in what they tell.
  void Close(double started_at, double now, results::RunSummary* summary) const;

  // Failures as --maxfail counts them.
  int failures() const { return ledger_.failures(); }
  // A test of the run has come to its end.
  bool any_result() const { return any_result_; }
  // Tests that are known one by one.
  int known() const { return inventory_.known(); }
  int deselected() const { return inventory_.deselected(); }
  // Workers make the items of modules while tests run, so an error of collection comes late.
  bool collects_late() const { return mode_ == v1::BY_MODULE && inventory_.any_granted(); }
  const policy::Attempts& attempts() const { return attempts_; }
  Measurements& measurements() { return measurements_; }

 private:
  bool KnowsTests() const { return run::KnowsTests(options_, mode_); }
  void EnterTests(const PlannedWork& work, const v1::Collection& collection);
  void ExplainMissing(const Worker& worker, const v1::WorkerMessage::Collected& collected);
  // The run's tests are all known.
  void ReportExpected(int tests);

  const RunOptions& options_;
  dispatch::DispatchQueue& queue_;
  control::Control& control_;
  report::RunReports& reports_;
  v1::CollectionMode mode_ = v1::AUTO;
  bool any_result_ = false;
  std::vector<std::string> module_order_;
  results::Inventory inventory_;
  results::LeaseClaims claims_;
  policy::Attempts attempts_;
  results::Ledger ledger_;
  Measurements measurements_;
  results::RunTiming timing_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_BOOKKEEPER_H_
