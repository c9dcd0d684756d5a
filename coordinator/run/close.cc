// The end of a run: what was not run and why, the exit code, the reporters' last call.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/report/finish.h"
#include "coordinator/run/run.h"
#include "proto/exit_code.h"

namespace fastest::run {

void Run::NoteNotRun() {
  const std::string reason = !stop_reason_.empty()     ? absl::StrCat("the run was stopped: ", stop_reason_)
                             : !fatal_message_.empty() ? fatal_message_
                             : !last_death_.empty()    ? absl::StrCat("no worker was left to run it; ", last_death_)
                                                       : "no worker was left to run it";
  std::vector<dispatch::Left> left = queue_.GivenUp();
  if (failed_ || deadline_reached_ || too_many_deaths_) {
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

void Run::Settle(bool failed, v1::TestResult* result) {
  const std::string& node_id = result->ref().node_id();
  if (failed && !options_.red_history.empty()) *result->mutable_label() = options_.red_history.Label(*result);
  const policy::Quarantine::Entry* const entry = options_.quarantine.Find(node_id);
  if (entry == nullptr) return;
  if (entry->expired) {
    expired_[entry->test] = absl::StrCat("the quarantine of ", entry->test, " (", entry->owner, ") ended on ",
                                         entry->expires, ": repair it and remove the entry, or renew that");
  } else if (failed) {
    ++quarantined_;
    result->set_quarantined(absl::StrCat(entry->reason, " (", entry->owner, ", until ", entry->expires, ")"));
  }
}

void Run::AddFlaky() {
  ++flaky_;
  ledger_.AddFlaky();
}

void Run::KeepDeadline(double now) {
  const policy::Deadline::Phase phase = options_.deadline.At(now - started_at_);
  if (phase == policy::Deadline::Phase::kOpen || Done()) return;
  if (!stopping_) {
    deadline_reached_ = true;
    StopWork(absl::StrCat("the deadline of ", options_.deadline.seconds(), " s is near (--deadline)"), false);
  }
  if (phase == policy::Deadline::Phase::kOver && deadline_reached_ && !cut_off_) {
    cut_off_ = true;
    StopWork("", true);
  }
}

void Run::NotePolicies() {
  for (const auto& [test, note] : expired_) Note(note);
  if (options_.flaky_fails && flaky_ > 0) {
    Note(
        absl::StrCat(flaky_, flaky_ == 1 ? " test was" : " tests were", " flaky: the run fails (--flaky-result fail)"));
  }
}

int Run::ExitCode(const results::Books& books) const {
  if (forced_exit_.has_value()) return *forced_exit_;
  if (failed_) return fatal_exit_;
  if (interrupted_) return kInterrupted;
  if (!start_.has_value()) return session_exit_.value_or(kNotRun);
  const fastest::ExitCode from_results = results::ExitFromBooks(books, stopping_);
  if (from_results == kNotRun) return from_results;
  if (deadline_reached_ && !books.not_run.empty()) return kDeadline;
  if (too_many_deaths_ && from_results == kOk && !books.not_run.empty()) return kNotRun;
  const bool by_policy = !expired_.empty() || (options_.flaky_fails && flaky_ > 0);
  if (by_policy && from_results == kOk) return kTestsFailed;
  // Whether there are any tests at all is for the whole run to say.
  if (from_results == kNoTestsCollected && !options_.share.everything()) return kOk;
  if (from_results == kOk && session_hung_) return kTestsFailed;
  // A session knows of every failure, and not that a later attempt is the last word, or that the failure does not count.
  // A single session is pytest's own, and plugins may have a say in how it ends (a coverage limit, say).
  const bool one_session =
      next_worker_ == FirstWorker() + 1 && session_exit_.has_value() && retries_ == 0 && quarantined_ == 0;
  return one_session ? *session_exit_ : from_results;
}

void Run::OnControl(const v1::AgentMessage::Event& event) {
  if (control_.Took(event)) {
    const v1::WorkerMessage& message = event.from_worker().message();
    if (message.has_warning()) {
      ledger_.AddWarnings(1);
      Report([&](report::Reporter& r) { r.Warning(message.warning()); });
    } else {
      const results::Origin origin = {agents_[control_.agent()].name(), event.from_worker().worker_id(), 1,
                                      static_cast<int>(event.from_worker().slot())};
      Report([&](report::Reporter& r) { r.Output(message.output(), origin); });
    }
  }
  Act();
}

void Run::StartControl() {
  if (!control_.IsMissing() || agents_.empty()) return;
  const auto& [agent, hello] = *agents_.begin();
  deps_.agents->Send(agent, control_.Start(agent, hello.slots()));
}

void Run::TellControl() {
  if (!start_.has_value() || failed_ || cut_off_) return;
  StartControl();
  while (const std::optional<v1::CoordinatorMessage> replay = control_.Replay(WorkDone())) {
    deps_.agents->Send(control_.agent(), *replay);
  }
}

void Run::Conclude() {
  if (!start_.has_value() || failed_ || cut_off_ || !WorkDone() || !control_.IsReady()) return;
  Control::Outcome outcome;
  outcome.failed = ledger_.failures();
  outcome.collected = static_cast<int>(positions_.size());
  // A deadline leaves tests out, and what the others have covered is still worth a report.
  if (stopping_ && !deadline_reached_) {
    outcome.stop_reason = stop_reason_;
    outcome.stop_status = interrupted_ || forced_exit_.has_value() ? kInterrupted : kTestsFailed;
  }
  deps_.agents->Send(control_.agent(), control_.Conclude(outcome, deps_.now()));
}

int Run::Close() {
  SettleRetries();
  NoteNotRun();
  NotePolicies();
  // Whoever cuts a run off knows that nothing comes of it.
  const bool abandoned = !start_.has_value() || failed_ || forced_exit_.has_value() || (cut_off_ && !deadline_reached_);
  if (!abandoned && !control_.Complaint().empty()) Note(control_.Complaint());
  results::RunSummary summary;
  summary.books = ledger_.Close();
  summary.exit_code = forced_exit_.has_value() ? *forced_exit_ : control_.Verdict(ExitCode(summary.books));
  if (!start_.has_value() && !session_exit_.has_value() && fatal_message_.empty() && !interrupted_) {
    fatal_message_ = absl::StrCat("no worker could be started", last_death_.empty() ? "" : ": ", last_death_);
  }
  summary.counts = ledger_.counts();
  summary.finished_at = deps_.now();
  summary.duration_s = summary.finished_at - started_at_;
  // Nothing was left to do when the deadline came near.
  if (deadline_reached_ && summary.books.not_run.empty()) stop_reason_.clear();
  summary.stop_reason = stop_reason_.empty() ? fatal_message_ : stop_reason_;
  summary.plugin_summary = control_.Exists() ? control_.summary() : plugin_summary_;
  summary.testsuite_properties = testsuite_properties_;
  for (const auto& [test, note] : expired_) summary.policy_failures.push_back(note);
  summary.flaky_fails = options_.flaky_fails;
  summary.module_order = module_order_;
  summary.timing = timing_.Summary(started_at_, summary.finished_at);
  const bool complete = report::FinishAll(reporters_, summary);
  // A report that was asked for and could not be written must not pass for a good run.
  if (!complete && summary.exit_code == kOk) return kInternalError;
  return summary.exit_code;
}

}  // namespace fastest::run
