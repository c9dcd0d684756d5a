// What a run comes to by its results alone: for event files that don't end, and for several that make one run.
#ifndef FASTEST_COORDINATOR_EVENTS_RECOUNT_H_
#define FASTEST_COORDINATOR_EVENTS_RECOUNT_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/string_table.h"
#include "coordinator/report/reporter.h"
#include "coordinator/results/ledger.h"
#include "coordinator/results/run_summary.h"
#include "proto/test_id.h"

namespace fastest::events {

// Not thread-safe. A reporter that counts as the run's own books do.
class Recount final : public report::Reporter {
 public:
  void RunStarted(const results::RunStart& run) override;
  void Deselected(int tests) override { deselected_ = tests; }
  void Expected(int tests, bool exact) override;
  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override;
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override { ledger_.CollectReported(report); }
  void Warning(const v1::RecordedWarning& warning) override;

  // The summary of a run whose events broke off: what is known to be missing stands under `not_run`, and it exits with
  // 10.
  results::RunSummary CutOff() const;

 private:
  struct Test {
    std::string module;
    // By whom it was begun; empty: by nobody.
    std::string runner;
  };
  StringTable names_;
  results::Ledger ledger_{names_};
  // In the order in which they were first heard of.
  std::vector<std::string> module_order_;
  // Collected or begun, and without result; by node id and index.
  std::map<TestId, Test> missing_;
  double started_at_ = 0;
  double last_at_ = 0;
  int expected_ = 0;
  // pytest leaves out tests that discovery expects.
  bool selects_ = false;
  int reported_ = 0;
  int deselected_ = 0;
};

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_RECOUNT_H_
