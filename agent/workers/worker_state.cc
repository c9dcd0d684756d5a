#include "agent/workers/worker_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::agent {
namespace {

bool Same(uint64_t lease_id, const v1::TestRef& ref, uint64_t other_lease_id, const v1::TestRef& other) {
  return lease_id == other_lease_id && ref.index() == other.index() && ref.node_id() == other.node_id();
}

}  // namespace

WorkerState::Step WorkerState::OnMessage(const v1::WorkerMessage& message, absl::Time now) {
  if (message.has_progress()) {
    const v1::WorkerMessage::Progress& progress = message.progress();
    for (const v1::TestResult& result : progress.results()) {
      if (running_.has_value() && Same(running_->lease_id, running_->ref, result.lease_id(), result.ref())) {
        running_.reset();
      }
    }
    // Tests follow one another: the test that passed is the one that ran.
    if (progress.passed_size() > 0) running_.reset();
    if (progress.has_started()) {
      running_ = Running{progress.started_lease_id(), progress.started(), now, progress.started_at()};
    }
    if (hung_.has_value() && !StillRuns(*hung_) && cause_ == Cause::kNone) {
      // The test has ended after all while its stack was being written: pytest's own result stands.
      CancelDump();
    }
  } else if (message.has_ended() || message.has_failure()) {
    said_end_ = true;
    running_.reset();
    CancelDump();
    must_exit_ = now + options_.exit_grace;
  }
  OnSignOfLife(message, now);
  return Step::kNothing;
}

void WorkerState::OnSignOfLife(const v1::WorkerMessage& message, absl::Time now) {
  if (stuck_ && cause_ == Cause::kNone) CancelDump();
  const bool ready = message.has_ready() && stage_ == Hung::kAtStart;
  if (ready) stage_ = Hung::kBetweenTests;
  // A lease on its way to the worker ends the wait that the worker speaks of.
  const bool waits = message.has_waits() && message.waits().last_lease_id() == last_lease_;
  // The controller's part may take long, and is watched for itself.
  const bool awaits = message.has_awaits_controller();
  if (said_end_ || awaits || (stage_ != Hung::kAtEnd && ((ready && last_lease_ == 0) || waits))) {
    quiet_since_ = absl::InfiniteFuture();
  } else if (quiet_since_ != absl::InfiniteFuture()) {
    quiet_since_ = now;
  }
}

void WorkerState::OnCommand(const v1::WorkerCommand& command, absl::Time now) {
  // A worker answers these at once, between two tests, or not at all.
  if (command.has_revoke() || command.has_replay() || command.has_configure_node()) return;
  if (command.has_run()) last_lease_ = command.run().id();
  if ((command.has_finish() || command.has_stop() || command.has_conclude()) && stage_ == Hung::kBetweenTests)
    stage_ = Hung::kAtEnd;
  if (quiet_since_ == absl::InfiniteFuture()) quiet_since_ = now;
}

void WorkerState::OnUnheard(absl::Duration duration) {
  if (running_.has_value()) running_->since += duration;
  for (absl::Time* time : {&quiet_since_, &dump_ends_, &dump_settles_, &must_exit_}) *time += duration;
}

void WorkerState::CancelDump() {
  hung_.reset();
  stuck_ = false;
  dump_ends_ = dump_settles_ = absl::InfiniteFuture();
}

std::string WorkerState::HungText() const {
  const char* const where = stage_ == Hung::kAtStart ? "before its first test, while it loaded conftests and collected"
                            : stage_ == Hung::kBetweenTests ? "between two tests"
                                                            : "at the end of its session, after its last test";
  return absl::StrCat("it hung ", where, ", for ", absl::FormatDuration(options_.session_limit),
                      " (as long as --hang-timeout allows there), and was killed");
}

WorkerState::Step WorkerState::OnGarbage(const std::string& what) { return Kill(Cause::kGarbage, what); }

WorkerState::Step WorkerState::OnChannelClosed(absl::Time now) {
  must_exit_ = std::min(must_exit_, now + (said_end_ ? options_.exit_grace : options_.silent_grace));
  return Step::kNothing;
}

void WorkerState::OnStderr(absl::Time now) {
  if (dumping()) dump_settles_ = std::min(dump_ends_, now + options_.stack_silence);
}

WorkerState::Step WorkerState::OnKillRequested(const std::string& why) { return Kill(Cause::kRequested, why); }

WorkerState::Step WorkerState::OnTime(absl::Time now) {
  if (end_.has_value() || cause_ != Cause::kNone) return Step::kNothing;
  if (now >= must_exit_) {
    return said_end_ ? Kill(Cause::kLingered, "") : Kill(Cause::kClosedChannel, "it closed its channel to the agent");
  }
  if (dumping()) {
    if (now < std::min(dump_ends_, dump_settles_)) return Step::kNothing;
    return Kill(Cause::kTimeout,
                stuck_ ? HungText() : absl::StrCat("timed out after ", absl::FormatDuration(options_.hang_timeout)));
  }
  if (running_.has_value() && now >= running_->since + options_.hang_timeout) {
    hung_ = running_;
    dump_ends_ = now + options_.stack_limit;
    return Step::kDumpStack;
  }
  if (!running_.has_value() && now >= quiet_since_ + options_.session_limit) {
    stuck_ = true;
    dump_ends_ = now + options_.stack_limit;
    return Step::kDumpStack;
  }
  return Step::kNothing;
}

absl::Time WorkerState::deadline() const {
  if (end_.has_value() || cause_ != Cause::kNone) return absl::InfiniteFuture();
  absl::Time next = std::min({must_exit_, dump_ends_, dump_settles_});
  if (dumping()) return next;
  return std::min(
      next, running_.has_value() ? running_->since + options_.hang_timeout : quiet_since_ + options_.session_limit);
}

void WorkerState::OnExited(const std::string& how) {
  End end;
  end.how = how;
  switch (cause_) {
    case Cause::kNone:
      end.orderly = said_end_;
      if (!said_end_ && running_.has_value()) {
        end.victim = running_;
        end.reason = v1::CRASH;
      }
      break;
    case Cause::kTimeout:
      end.how = cause_detail_;
      if (stuck_) end.hung = stage_;
      // If the hung test's result came before the signal did, the test that began after it is not to blame.
      if (hung_.has_value() && StillRuns(*hung_)) {
        end.victim = running_;
        end.reason = v1::TIMEOUT;
      }
      break;
    case Cause::kGarbage:
    case Cause::kClosedChannel:
      end.how = absl::StrCat(cause_detail_, ", and was killed");
      if (running_.has_value()) {
        end.victim = running_;
        end.reason = v1::CRASH;
      }
      break;
    case Cause::kLingered:
      end.orderly = true;
      break;
    case Cause::kRequested:
      end.orderly = said_end_;
      end.how = cause_detail_;
      break;
  }
  end_ = std::move(end);
}

WorkerState::Step WorkerState::Kill(Cause cause, std::string detail) {
  if (end_.has_value() || cause_ != Cause::kNone) return Step::kNothing;
  cause_ = cause;
  cause_detail_ = std::move(detail);
  return Step::kKill;
}

bool WorkerState::StillRuns(const Running& test) const {
  return running_.has_value() && Same(running_->lease_id, running_->ref, test.lease_id, test.ref);
}

}  // namespace fastest::agent
