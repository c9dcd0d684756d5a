#include "coordinator/events/recount.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/report/display_path.h"

namespace fastest::events {
namespace {

// Whoever runs it now: a worker runs one test at a time.
std::string Runner(const report::Origin& origin) { return absl::StrCat(origin.agent, " ", origin.worker); }

}  // namespace

void Recount::Expected(int tests, bool /*exact*/) { expected_ = tests; }

void Recount::ModuleExpected(const std::string& module, int tests) {
  const auto [it, is_new] = modules_.try_emplace(module);
  if (is_new) module_order_.push_back(module);
  it->second.expected += tests;
}

void Recount::TestStarted(const v1::TestRef& test, const report::Origin& origin, double at) {
  running_[Runner(origin)] = test;
  last_at_ = std::max(last_at_, at);
}

void Recount::Result(const v1::TestResult& result, const report::Origin& origin) {
  const auto running = running_.find(Runner(origin));
  if (running != running_.end() && running->second.node_id() == result.ref().node_id()) running_.erase(running);
  if (!ledger_.Reported(result)) return;
  ++reported_;
  ++modules_[std::string(report::ModuleOf(result.ref().node_id()))].reported;
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  if (origin.attempt > 1 && !failed) ledger_.AddFlaky();
  last_at_ = std::max(last_at_, result.stages().reported());
}

void Recount::Warning(const v1::RecordedWarning& /*warning*/) { ledger_.AddWarnings(1); }

results::RunSummary Recount::CutOff() const {
  results::RunSummary summary;
  summary.exit_code = results::kNotRun;
  summary.counts = ledger_.counts();
  summary.stop_reason = "the events end in the midst of the run";
  summary.module_order = module_order_;
  summary.finished_at = std::max(last_at_, started_at_);
  summary.duration_s = summary.finished_at - started_at_;
  results::Books& books = summary.books;
  books.reported = reported_;
  books.deselected = deselected_;
  for (const auto& [runner, test] : running_) {
    results::NotRun& missing = books.not_run.emplace_back();
    missing.ref = test;
    missing.module = std::string(report::ModuleOf(test.node_id()));
    missing.reason = absl::StrCat("it was running (", runner, ") when the events ended");
  }
  for (const std::string& module : module_order_) {
    const Module& counts = modules_.at(module);
    if (counts.reported >= counts.expected) continue;
    results::NotRun& missing = books.not_run.emplace_back();
    missing.module = module;
    missing.reason =
        absl::StrCat(counts.reported, " of its ", counts.expected, " tests were reported when the events ended");
  }
  books.collected = std::max(expected_, reported_ + (books.not_run.empty() ? 0 : 1));
  return summary;
}

}  // namespace fastest::events
