#include "coordinator/run/ending.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/exit_code.h"

namespace fastest::run {

std::string Ending::Stop(Cause cause, std::string reason) {
  if (!stopped()) {
    cause_ = cause;
    stop_reason_ = reason;
  }
  return reason;
}

std::string Ending::EnoughFailures(int failures) {
  return Stop(Cause::kAsked, absl::StrCat("stopping after ", failures, " failures"));
}

std::string Ending::CollectionErrors(int errors) {
  interrupted_ = sessions_explain_ = true;
  return Stop(Cause::kAsked,
              absl::StrCat("Interrupted: ", errors, errors == 1 ? " error" : " errors", " during collection"));
}

std::string Ending::LateCollectionError() {
  interrupted_ = true;
  return Stop(Cause::kAsked, "Interrupted: 1 error during collection");
}

std::string Ending::CollectionsDiffer(const std::string& worker) {
  // A session that was ended within its collection, by the user or by itself, has no more than a part of the tests.
  if (!by_user_ && !forced()) forced_exit_ = kTestsFailed;
  return Stop(Cause::kAsked,
              absl::StrCat("Different tests were collected by ", worker, " and by the worker that was ready first"));
}

std::string Ending::TooManyDeaths(const std::string& worker, int most) {
  // pytest-xdist's words.
  return Stop(Cause::kDeaths, most == 0 ? absl::StrCat("worker '", worker, "' crashed and worker restarting disabled")
                                        : absl::StrCat("maximum crashed workers reached: ", most));
}

std::string Ending::DeadlineNear(double seconds) {
  return Stop(Cause::kDeadline, absl::StrCat("the deadline of ", seconds, " s is near (--deadline)"));
}

std::string Ending::Interrupt() {
  by_user_ = interrupted_ = true;
  Stop(Cause::kAsked, "");
  // Whatever stopped it before: this is what people see.
  return stop_reason_ = "KeyboardInterrupt";
}

bool Ending::Fail(int exit_code, const std::string& message) {
  if (stopped()) return false;
  failure_exit_ = exit_code;
  failure_ = message;
  Stop(Cause::kFailure, "");
  return true;
}

bool Ending::SessionFailed(int exit_code, const std::string& message) {
  if (sessions_explain_) {
    cause_ = Cause::kNone;
    stop_reason_.clear();
    sessions_explain_ = false;
  }
  return Fail(exit_code, message);
}

Ending::Pace Ending::SessionEnded(const v1::WorkerMessage::Ended& ended, bool only) {
  if (by_user_) {
    // Most sessions say that they were interrupted. A test may answer the interrupt with pytest.exit.
    if (ended.exit_called() && ended.exit_status() != kInterrupted) forced_exit_ = ended.exit_status();
    return Pace::kGoOn;
  }
  if (only) session_exit_ = ended.exit_status();
  if (ended.exit_called()) {
    forced_exit_ = ended.exit_status();
    Stop(Cause::kAsked, ended.stop_reason());
    return Pace::kStopNow;
  }
  if (ended.stop_reason().empty() || (stopped() && !sessions_explain_)) return Pace::kGoOn;
  const Pace pace = stopped() ? Pace::kGoOn : Pace::kStop;
  Stop(Cause::kAsked, ended.stop_reason());
  stop_reason_ = ended.stop_reason();
  interrupted_ = ended.exit_status() == kInterrupted;
  // Failures that end a session by their number are in the books.
  session_failed_ = ended.exit_status() == kTestsFailed && !absl::StartsWith(ended.stop_reason(), "stopping after ");
  sessions_explain_ = false;
  return pace;
}

std::string Ending::ShortFailure() const {
  // pytest's traceback of an internal error is shown once already. Its last line names the error.
  if (!absl::StartsWith(failure_, "INTERNALERROR>")) return failure_;
  const std::string text(absl::StripTrailingAsciiWhitespace(failure_));
  const size_t newline = text.rfind('\n');
  return newline == std::string::npos ? text : text.substr(newline + 1);
}

void Ending::PlanShown(bool has_tests) { forced_exit_ = has_tests ? kOk : kNoTestsCollected; }

void Ending::NeverStarted(const std::string& last_loss) {
  if (session_exit_.has_value() || interrupted_ || by_deadline() || !failure_.empty()) return;
  failure_ = absl::StrCat("no worker could be started", last_loss.empty() ? "" : ": ", last_loss);
}

void Ending::NothingLeft() {
  // All was done when the deadline came near, so it stopped nothing.
  if (cause_ == Cause::kDeadline) stop_reason_.clear();
}

int Ending::StopStatus() const { return interrupted_ || forced_exit_.has_value() ? kInterrupted : kTestsFailed; }

std::string Ending::WhyNotRun(const std::string& last_loss) const {
  if (!stop_reason_.empty()) return absl::StrCat("the run was stopped: ", stop_reason_);
  if (!failure_.empty()) return ShortFailure();
  return absl::StrCat("no worker was left to run it", last_loss.empty() ? "" : "; ", last_loss);
}

int ExitCode(const Ending& ending, const results::Books& books, const Circumstances& circumstances) {
  if (ending.forced()) return *ending.forced_exit_;
  if (ending.failed()) return ending.failure_exit_;
  if (ending.interrupted_) return kInterrupted;
  if (!circumstances.started && ending.by_deadline()) return kDeadline;
  if (!circumstances.started) return ending.session_exit_.value_or(kNotRun);
  const fastest::ExitCode from_books = results::ExitFromBooks(books, ending.stopped());
  if (from_books == kNotRun) return kNotRun;
  if (!books.not_run.empty()) {
    if (ending.by_deadline()) return kDeadline;
    if (ending.cause_ == Ending::Cause::kDeaths && from_books == kOk) return kNotRun;
  }
  if (ending.session_broke_) return kInternalError;
  if (from_books == kOk && circumstances.fails_by_policy) return kTestsFailed;
  if (from_books == kNoTestsCollected && circumstances.is_part) return kOk;
  if (from_books == kOk && (ending.session_hung_ || ending.session_failed_)) return kTestsFailed;
  return circumstances.one_session ? ending.session_exit_.value_or(from_books) : from_books;
}

}  // namespace fastest::run
