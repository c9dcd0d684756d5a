#include "coordinator/control/control.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "coordinator/results/serialized_reports.h"
#include "proto/exit_code.h"

namespace fastest::control {
namespace {

constexpr char kName[] = "control";
// How long the session may still take to start when the first worker has started, and to end when all workers have
// ended. A report of coverage takes seconds.
constexpr double kLimit = 60;
// So many bytes of reports are worth a message.
constexpr size_t kMuch = size_t{64} * 1024;
// So many planned tests are named in one piece.
constexpr size_t kNames = 1000;

// A failure's text, preceded by its last line: that says most of a traceback.
std::string LastLineFirst(absl::string_view message) {
  const absl::string_view text = absl::StripAsciiWhitespace(message);
  const absl::string_view last = text.substr(text.rfind('\n') + 1);
  return absl::StrCat(absl::StripPrefix(last, "INTERNALERROR> "), last == text ? "" : "\n", last == text ? "" : text);
}

}  // namespace

void Control::AgentJoined(int agent, uint32_t slots, v1::CoordinatorMessage::StartRun* start) {
  if (option_.empty()) return;
  start->mutable_spec()->set_control(true);
  // There was a session already. What it has cleared away and was told is lost with it: another would know only half.
  if (phase_ != Phase::kNone) return;
  Assign(agent, slots, start->add_workers());
}

v1::CoordinatorMessage Control::Start(int agent, uint32_t slots) {
  v1::CoordinatorMessage message;
  Assign(agent, slots, message.mutable_start_worker());
  return message;
}

void Control::Assign(int agent, uint32_t slots, v1::CoordinatorMessage::WorkerAssignment* assignment) {
  phase_ = Phase::kStarting;
  // A slot beside those of the workers.
  slot_ = {agent, slots};
  assignment->set_slot(slot_.slot);
  assignment->set_worker_id(kName);
  assignment->set_control(true);
}

void Control::AwaitedBy(dispatch::SlotKey slot, const std::string& worker_id, const std::string& reason) {
  if (awaited_for_.empty()) awaited_for_ = reason;
  awaiting_[worker_id] = slot;
}

std::vector<std::pair<int, v1::CoordinatorMessage>> Control::TakeMessages() {
  std::vector<std::pair<int, v1::CoordinatorMessage>> messages;
  if (phase_ != Phase::kReady && phase_ != Phase::kConcluding && phase_ != Phase::kOver) return messages;
  for (auto it = awaiting_.begin(); it != awaiting_.end();) {
    const auto& [worker_id, slot] = *it;
    const auto node = nodes_.find(worker_id);
    v1::CoordinatorMessage message;
    if (node == nodes_.end() && phase_ == Phase::kReady) {
      if (std::find(asked_.begin(), asked_.end(), worker_id) == asked_.end()) {
        asked_.push_back(worker_id);
        message.mutable_tell_control()->set_slot(slot_.slot);
        message.mutable_tell_control()->mutable_configure_node()->set_worker_id(worker_id);
        messages.emplace_back(slot_.agent, std::move(message));
      }
      ++it;
      continue;
    }
    message.mutable_tell_control()->set_slot(slot.slot);
    v1::WorkerCommand::Node* told = message.mutable_tell_control()->mutable_node();
    if (node != nodes_.end()) told->set_node(node->second);
    told->set_listener(listener_);
    told->set_wants_collection(wants_collection_);
    messages.emplace_back(slot.agent, std::move(message));
    it = awaiting_.erase(it);
  }
  return messages;
}

void Control::AgentLeft(int agent, const std::string& why) {
  for (auto it = awaiting_.begin(); it != awaiting_.end();) {
    it = it->second.agent == agent ? awaiting_.erase(it) : std::next(it);
  }
  if (slot_.agent != agent || phase_ == Phase::kOver) return;
  if (option_.empty() && keeps_all_) {
    // The next session is told everything again.
    phase_ = Phase::kNone;
    slot_ = {-1, 0};
    asked_.clear();
    nodes_.clear();
    waiting_since_.reset();
    sent_ = 0;
    waiting_bytes_ = kMuch;
    return;
  }
  Fail(absl::StrCat("its agent was lost: ", why));
}

v1::WorkerCommand::Replay::Told* Control::Add(const std::string& worker_id, size_t bytes) {
  waiting_bytes_ += bytes;
  v1::WorkerCommand::Replay::Told& told = told_.emplace_back();
  told.set_worker_id(worker_id);
  return &told;
}

void Control::Tell(const std::string& worker_id, const v1::TestResult& result) {
  if (listener_.empty() || phase_ == Phase::kOver) return;
  std::string reports = result.serialized().empty() ? results::SerializedReports(result) : result.serialized();
  Add(worker_id, reports.size())->set_test(std::move(reports));
}

void Control::Tell(const std::string& worker_id, const v1::CollectReport& report) {
  if (listener_.empty() || phase_ == Phase::kOver || report.serialized().empty()) return;
  Add(worker_id, report.serialized().size())->set_collection(report.serialized());
}

void Control::Tell(const std::string& worker_id, const v1::RecordedWarning& warning) {
  if (listener_.empty() || phase_ == Phase::kOver || warning.serialized().empty()) return;
  Add(worker_id, warning.serialized().size())->set_warning(warning.serialized());
}

void Control::WorkerReady(const std::string& worker_id, const v1::Collection& collection) {
  listed_ = std::max(listed_, collection.tests_size());
  if (awaited_for_.empty() || phase_ == Phase::kOver) return;
  Add(worker_id, 1)->set_ready(true);
  if (!wants_collection_) return;
  // All workers collect the same, and only the first one's list arrives.
  if (ids_.node_ids().empty()) {
    for (const v1::CollectedTest& test : collection.tests()) ids_.add_node_ids(test.node_id());
  }
  *Add(worker_id, kMuch)->mutable_ids() = ids_;
}

void Control::TellPlanned(const std::vector<std::string>& node_ids, int tests) {
  if (!is_caller_ || phase_ == Phase::kOver) return;
  // In pieces: a million names are too much for one message.
  for (size_t begin = 0; begin == 0 || begin < node_ids.size(); begin += kNames) {
    v1::WorkerCommand::Replay::Expected* expected = Add("", kMuch)->mutable_expected();
    const size_t end = std::min(begin + kNames, node_ids.size());
    for (size_t i = begin; i < end; ++i) expected->add_node_ids(node_ids[i]);
    expected->set_tests(static_cast<uint32_t>(tests));
  }
}

void Control::TellExpected(int tests, int deselected) {
  if (!is_caller_ || phase_ == Phase::kOver) return;
  v1::WorkerCommand::Replay::Expected* expected = Add("", 1)->mutable_expected();
  expected->set_tests(static_cast<uint32_t>(tests));
  expected->set_deselected(static_cast<uint32_t>(deselected));
  expected->set_exact(true);
}

std::optional<v1::CoordinatorMessage> Control::Replay(bool all) {
  const bool is_due = all || is_caller_ || waiting_bytes_ >= kMuch;
  if (phase_ != Phase::kReady || sent_ == told_.size() || !is_due) return std::nullopt;
  has_replayed_ = true;
  v1::CoordinatorMessage message;
  message.mutable_tell_control()->set_slot(slot_.slot);
  v1::WorkerCommand::Replay* replay = message.mutable_tell_control()->mutable_replay();
  size_t bytes = 0;
  for (; sent_ < told_.size() && bytes < kMuch; ++sent_) {
    bytes += told_[sent_].ByteSizeLong();
    if (keeps_all_) {
      *replay->add_told() = told_[sent_];
    } else {
      *replay->add_told() = std::move(told_[sent_]);
    }
  }
  if (sent_ == told_.size()) waiting_bytes_ = 0;
  if (sent_ == told_.size() && !keeps_all_) {
    told_.clear();
    sent_ = 0;
  }
  return message;
}

bool Control::Took(const v1::AgentMessage::Event& event) {
  if (event.has_worker_gone()) {
    const std::string& how = event.worker_gone().how();
    Fail(absl::StrCat("its session ended: ", how), kNotRun,
         absl::StrCat("the session that prepares the tests ended: ", how));
    return false;
  }
  const v1::WorkerMessage& message = event.from_worker().message();
  if (message.has_node_configured()) {
    nodes_[message.node_configured().worker_id()] = message.node_configured().node();
  } else if (message.has_ready() && phase_ == Phase::kStarting) {
    phase_ = Phase::kReady;
    waiting_since_.reset();
    if (!awaited_for_.empty()) {
      if (!is_caller_) listener_ = message.ready().listener();
      wants_collection_ = message.ready().wants_collection();
    }
  } else if (message.has_failure()) {
    // A hook that raises at the session's end: pytest ends with 1 then.
    if (phase_ == Phase::kConcluding) failed_status_ = message.failure().exit_status();
    Fail(LastLineFirst(message.failure().message()), message.failure().exit_status(), message.failure().message());
  } else if (message.has_ended()) {
    if (phase_ != Phase::kConcluding) {
      Fail(absl::StrCat("its session ended with exit status ", message.ended().exit_status(), ": ",
                        message.ended().stop_reason()),
           message.ended().exit_status(), message.ended().stop_reason());
    } else {
      phase_ = Phase::kOver;
      exit_status_ = message.ended().exit_status();
      summary_ = message.ended().terminal_summary();
    }
  }
  // What comes earlier, while conftests are loaded, every worker says too. Workers that have waited do not.
  const bool is_heard = phase_ == Phase::kConcluding || has_replayed_;
  return ((is_heard || !awaited_for_.empty()) && message.has_output()) || (is_heard && message.has_warning());
}

void Control::WorkerStarted(const std::string& worker_id) { workers_.emplace_back().set_worker_id(worker_id); }

void Control::WorkerEnded(const std::string& worker_id, const std::string& output) {
  for (auto& worker : workers_) {
    if (worker.worker_id() == worker_id) worker.set_output(output);
  }
}

void Control::WorkerDied(const std::string& worker_id, const std::string& how) {
  awaiting_.erase(worker_id);
  if (!awaited_for_.empty() && phase_ != Phase::kOver) Add(worker_id, kMuch)->set_died(how);
  for (auto& worker : workers_) {
    if (worker.worker_id() == worker_id) worker.set_how(how);
  }
}

v1::CoordinatorMessage Control::Conclude(const Outcome& outcome, double now) {
  phase_ = Phase::kConcluding;
  waiting_since_ = now;
  expected_status_ = !outcome.stop_reason.empty() ? outcome.stop_status
                     : outcome.failed > 0         ? kTestsFailed
                     : outcome.collected == 0     ? kNoTestsCollected
                                                  : kOk;
  v1::CoordinatorMessage message;
  message.mutable_tell_control()->set_slot(slot_.slot);
  v1::WorkerCommand::Conclude* conclude = message.mutable_tell_control()->mutable_conclude();
  conclude->mutable_workers()->Add(workers_.begin(), workers_.end());
  conclude->set_tests_failed(static_cast<uint32_t>(outcome.failed));
  conclude->set_tests_collected(static_cast<uint32_t>(std::max(outcome.collected, listed_)));
  conclude->set_stop_reason(outcome.stop_reason);
  conclude->set_stop_status(outcome.stop_status);
  conclude->set_tests_deselected(static_cast<uint32_t>(outcome.deselected));
  for (const auto& [name, value] : outcome.testsuite_properties) {
    v1::Property* property = conclude->add_testsuite_properties();
    property->set_name(name);
    property->set_value(value);
  }
  return message;
}

bool Control::GaveUp(double now, bool workers_ready) {
  if (is_caller_) return false;
  if (phase_ != Phase::kConcluding && !(phase_ == Phase::kStarting && workers_ready)) return false;
  if (!waiting_since_.has_value()) waiting_since_ = now;
  if (now - *waiting_since_ < kLimit) return false;
  Fail(absl::StrCat("its session did not ", phase_ == Phase::kStarting ? "start" : "end", " within ", kLimit, " s"));
  return true;
}

int Control::Verdict(int code) const {
  const bool is_ordinary = code == kOk || code == kTestsFailed || code == kNoTestsCollected;
  // The session was told why the run stopped (by errors of collection, for example), and may judge otherwise.
  const bool was_told = exit_status_.has_value() && code == expected_status_;
  if (!is_ordinary && !was_told) return code;
  if (!why_not_.empty()) return code == kNoTestsCollected ? code : failed_status_;
  return exit_status_.has_value() && *exit_status_ != expected_status_ ? *exit_status_ : code;
}

std::string Control::Complaint() const {
  if (why_not_.empty()) return "";
  if (option_.empty() && listener_.empty())
    return absl::StrCat(awaited_for_, ", but the session that plays pytest-xdist's controller failed: ", why_not_);
  if (option_.empty())
    return absl::StrCat(listener_, ", but the session that tells it of the whole run failed: ", why_not_);
  return absl::StrCat("the workers' data for ", option_,
                      " were not joined, and nothing was reported of them: ", why_not_);
}

void Control::Fail(const std::string& why) { Fail(why, kNotRun, why); }

void Control::Fail(const std::string& why, int exit_status, const std::string& message) {
  if (phase_ == Phase::kOver) return;
  if (phase_ == Phase::kStarting && !awaited_for_.empty()) early_end_ = EarlyEnd{exit_status, message};
  phase_ = Phase::kOver;
  why_not_ = why;
}

}  // namespace fastest::control
