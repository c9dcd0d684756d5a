#include "coordinator/run/control.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "coordinator/results/ledger.h"

namespace fastest::run {
namespace {

constexpr char kName[] = "control";
// How long it may still take to start when the first worker has, and to end when all workers have. A report of coverage takes seconds.
constexpr double kLimit = 60;

// A failure's text, preceded by its last line, which of a traceback says most.
std::string LastLineFirst(absl::string_view message) {
  const absl::string_view text = absl::StripAsciiWhitespace(message);
  const absl::string_view last = text.substr(text.rfind('\n') + 1);
  return absl::StrCat(absl::StripPrefix(last, "INTERNALERROR> "), last == text ? "" : "\n", last == text ? "" : text);
}

}  // namespace

void Control::AgentJoined(int agent, uint32_t slots, v1::CoordinatorMessage::StartRun* start) {
  if (option_.empty()) return;
  start->mutable_spec()->set_control(true);
  // What it has cleared away and was told is lost with it: another one would know half of it.
  if (phase_ != Phase::kNone) return;
  phase_ = Phase::kStarting;
  // One more than the agent has: the slots of workers are not touched.
  slot_ = {agent, slots};
  auto* assignment = start->add_workers();
  assignment->set_slot(slot_.slot);
  assignment->set_worker_id(kName);
  assignment->set_control(true);
}

void Control::AgentLeft(int agent, const std::string& why) {
  if (slot_.agent == agent) Fail(absl::StrCat("its agent was lost: ", why));
}

bool Control::Took(const v1::AgentMessage::Event& event) {
  if (event.has_worker_gone()) {
    Fail(absl::StrCat("its session ended: ", event.worker_gone().how()));
    return false;
  }
  const v1::WorkerMessage& message = event.from_worker().message();
  if (message.has_ready() && phase_ == Phase::kStarting) {
    phase_ = Phase::kReady;
    waiting_since_.reset();
  } else if (message.has_failure()) {
    Fail(LastLineFirst(message.failure().message()));
  } else if (message.has_ended()) {
    if (phase_ != Phase::kConcluding) {
      Fail(absl::StrCat("its session ended with exit status ", message.ended().exit_status(), ": ",
                        message.ended().stop_reason()));
    } else {
      phase_ = Phase::kOver;
      exit_status_ = message.ended().exit_status();
      summary_ = message.ended().terminal_summary();
    }
  }
  // What comes before, while conftests are loaded, every worker says too.
  return phase_ == Phase::kConcluding && (message.has_output() || message.has_warning());
}

void Control::WorkerStarted(const std::string& worker_id) {
  if (!option_.empty()) workers_.emplace_back().set_worker_id(worker_id);
}

void Control::WorkerEnded(const std::string& worker_id, const std::string& output) {
  for (auto& worker : workers_) {
    if (worker.worker_id() == worker_id) worker.set_output(output);
  }
}

void Control::WorkerDied(const std::string& worker_id, const std::string& how) {
  for (auto& worker : workers_) {
    if (worker.worker_id() == worker_id) worker.set_how(how);
  }
}

v1::CoordinatorMessage Control::Conclude(const Outcome& outcome, double now) {
  phase_ = Phase::kConcluding;
  waiting_since_ = now;
  expected_status_ = !outcome.stop_reason.empty() ? outcome.stop_status
                     : outcome.failed > 0         ? results::kTestsFailed
                     : outcome.collected == 0     ? results::kNoTestsCollected
                                                  : results::kOk;
  v1::CoordinatorMessage message;
  message.mutable_conclude()->set_slot(slot_.slot);
  v1::WorkerCommand::Conclude* conclude = message.mutable_conclude()->mutable_conclude();
  conclude->mutable_workers()->Add(workers_.begin(), workers_.end());
  conclude->set_tests_failed(static_cast<uint32_t>(outcome.failed));
  conclude->set_tests_collected(static_cast<uint32_t>(outcome.collected));
  conclude->set_stop_reason(outcome.stop_reason);
  conclude->set_stop_status(outcome.stop_status);
  return message;
}

bool Control::GaveUp(double now, bool workers_ready) {
  if (phase_ != Phase::kConcluding && !(phase_ == Phase::kStarting && workers_ready)) return false;
  if (!waiting_since_.has_value()) waiting_since_ = now;
  if (now - *waiting_since_ < kLimit) return false;
  Fail(absl::StrCat("its session did not ", phase_ == Phase::kStarting ? "start" : "end", " within ", kLimit, " s"));
  return true;
}

int Control::Verdict(int code) const {
  if (code != results::kOk && code != results::kTestsFailed && code != results::kNoTestsCollected) return code;
  if (!why_not_.empty()) return code == results::kNoTestsCollected ? code : results::kInternalError;
  return exit_status_.has_value() && *exit_status_ != expected_status_ ? *exit_status_ : code;
}

std::string Control::Complaint() const {
  if (why_not_.empty()) return "";
  return absl::StrCat("the workers' data for ", option_,
                      " were not joined, and nothing was reported of them: ", why_not_);
}

void Control::Fail(const std::string& why) {
  if (phase_ == Phase::kOver) return;
  phase_ = Phase::kOver;
  why_not_ = why;
}

}  // namespace fastest::run
