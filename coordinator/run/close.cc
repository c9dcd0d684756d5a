// The end of a run: what was not run and why, the exit code, the reporters' last call.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/run/run.h"

namespace fastest::run {

void Run::NoteNotRun() {
  const std::string reason = !stop_reason_.empty()     ? absl::StrCat("the run was stopped: ", stop_reason_)
                             : !fatal_message_.empty() ? fatal_message_
                             : !last_death_.empty()    ? absl::StrCat("no worker was left to run it; ", last_death_)
                                                       : "no worker was left to run it";
  std::vector<dispatch::Left> left = queue_.GivenUp();
  if (failed_) {
    // Nobody asked for this stop: what it left is named, down to the modules that were not begun.
    for (v1::Batch& batch : queue_.LeftByStop()) left.push_back({std::move(batch), ""});
  }
  for (const dispatch::Left& work : left) {
    const std::string& why = work.why.empty() ? reason : work.why;
    if (work.batch.tests().empty()) ledger_.NotRun({}, work.batch.module(), why);
    for (const v1::TestRef& ref : work.batch.tests()) ledger_.NotRun(ref, work.batch.module(), why);
  }
  if (stopping_) ledger_.NotRunRest(reason);
}

int Run::ExitCode() const {
  if (forced_exit_.has_value()) return *forced_exit_;
  if (failed_) return fatal_exit_;
  if (interrupted_) return results::kInterrupted;
  if (!start_.has_value()) return session_exit_.value_or(results::kNotRun);
  const results::ExitCode from_results = ledger_.ExitFromResults(stopping_);
  if (from_results == results::kNotRun) return from_results;
  // Whether there are any tests at all is for the whole run to say.
  if (from_results == results::kNoTestsCollected && !options_.share.everything()) return results::kOk;
  if (from_results == results::kOk && session_hung_) return results::kTestsFailed;
  // A session knows of every failed attempt, and not that a later one is the last word.
  // A single session is pytest's own, and plugins may have a say in how it ends (a coverage limit, say).
  const bool one_session = next_worker_ == 1 && session_exit_.has_value() && !retried_;
  return one_session ? *session_exit_ : from_results;
}

int Run::Close() {
  SettleRetries();
  NoteNotRun();
  results::RunSummary summary;
  summary.exit_code = ExitCode();
  if (!start_.has_value() && !session_exit_.has_value() && fatal_message_.empty() && !interrupted_) {
    fatal_message_ = absl::StrCat("no worker could be started", last_death_.empty() ? "" : ": ", last_death_);
  }
  summary.counts = ledger_.counts();
  summary.books = ledger_.Close();
  summary.finished_at = deps_.now();
  summary.duration_s = summary.finished_at - started_at_;
  summary.stop_reason = stop_reason_.empty() ? fatal_message_ : stop_reason_;
  summary.plugin_summary = plugin_summary_;
  summary.module_order = module_order_;
  summary.timing = timing_.Summary(started_at_, summary.finished_at);
  bool complete = true;
  Report([&](report::Reporter& r) { complete = r.Finished(summary) && complete; });
  // A report that was asked for and could not be written must not pass for a good run.
  if (!complete && summary.exit_code == results::kOk) return results::kInternalError;
  return summary.exit_code;
}

}  // namespace fastest::run
