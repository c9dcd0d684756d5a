#include "coordinator/events/recount.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::events {

void Recount::RunStarted(const results::RunStart& run) {
  started_at_ = run.started_at;
  selects_ = run.selects();
}

void Recount::Expected(int tests, bool /*exact*/) { expected_ = tests; }

void Recount::Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double /*collect_s*/) {
  if (std::find(module_order_.begin(), module_order_.end(), module) == module_order_.end()) {
    module_order_.push_back(module);
  }
  for (const v1::TestRef& test : tests) missing_[TestId(test)].module = module;
}

void Recount::TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) {
  // A test that is retried has no result yet.
  if (const auto missing = missing_.find(TestId(test)); missing != missing_.end()) {
    missing->second.runner = absl::StrCat(origin.agent, " ", origin.worker);
  }
  last_at_ = std::max(last_at_, at);
}

void Recount::Result(const v1::TestResult& result, const results::Origin& origin) {
  missing_.erase(TestId(result.ref()));
  if (!ledger_.Reported(result)) return;
  ++reported_;
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  if (origin.attempt > 1 && !failed) ledger_.AddFlaky();
  last_at_ = std::max(last_at_, result.stages().reported());
}

void Recount::Warning(const v1::RecordedWarning& /*warning*/) { ledger_.AddWarnings(1); }

results::RunSummary Recount::CutOff() const {
  results::RunSummary summary;
  summary.exit_code = kNotRun;
  summary.counts = ledger_.counts();
  summary.stop_reason = "the events end in the midst of the run";
  summary.module_order = module_order_;
  summary.finished_at = std::max(last_at_, started_at_);
  summary.duration_s = summary.finished_at - started_at_;
  results::Books& books = summary.books;
  books.reported = reported_;
  books.deselected = deselected_;
  for (const auto& [id, test] : missing_) {
    results::NotRun& not_run = books.not_run.emplace_back();
    not_run.ref = id.ref();
    not_run.module = test.module;
    not_run.reason = test.runner.empty() ? "it had no result when the events ended"
                                         : absl::StrCat("it had been begun by ", test.runner, " when the events ended");
  }
  // Tests that were expected and not yet collected have no names. pytest alone knows how many of them -k leaves.
  const int known = reported_ + static_cast<int>(missing_.size());
  if (expected_ > known) {
    results::NotRun& rest = books.not_run.emplace_back();
    rest.reason = "no worker had collected it when the events ended";
    rest.tests = selects_ ? 0 : expected_ - known;
    books.collected = known + rest.tests;
  } else {
    books.collected = known;
  }
  books.balanced = true;
  return summary;
}

}  // namespace fastest::events
