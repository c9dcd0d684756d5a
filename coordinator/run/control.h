// A run's control session as the run sees it: the one process that plugins take for the controller of pytest-xdist's, so that they can
// join what the workers have left and report it once (docs/adr/0021-control-session.md), and in which hooks are told of every report
// (docs/adr/0030-replayed-reports.md). Pure: no I/O, no clock. Not thread-safe.
#ifndef FASTEST_COORDINATOR_RUN_CONTROL_H_
#define FASTEST_COORDINATOR_RUN_CONTROL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatch_queue.h"
#include "proto/agent_service.pb.h"

namespace fastest::run {

class Control {
 public:
  // What has come of the tests, as pytest's session counts them.
  struct Outcome {
    int failed = 0;
    int collected = 0;
    // Why the run ended before its work was done, and the exit status that this comes to; empty if it did not.
    std::string stop_reason;
    int stop_status = 0;
  };

  // `option`: for whose plugin it is there from the start; empty: there is none unless somebody listens. `agents_may_leave`: it may
  // have to be started again elsewhere, and told everything once more.
  explicit Control(std::string option, bool agents_may_leave = false)
      : option_(std::move(option)), keeps_all_(agents_may_leave) {}

  // An agent begins the run. If it is the first one, `start` is given the control session beside its workers.
  void AgentJoined(int agent, uint32_t slots, v1::CoordinatorMessage::StartRun* start);
  // The agent and all its processes are gone.
  void AgentLeft(int agent, const std::string& why);
  // Somebody (Ready.listener) is to be told of every report.
  // `prepares`: Ready.listener_prepares.
  void Listen(const std::string& listener, bool prepares) {
    listener_ = listener;
    prepares_ = prepares;
  }
  // Somebody is, and there is no control session yet, or none any more.
  bool IsMissing() const { return !listener_.empty() && phase_ == Phase::kNone; }
  // The message to `agent` that starts it there. Precondition: IsMissing().
  v1::CoordinatorMessage Start(int agent, uint32_t slots);
  // There is one, or was.
  bool Exists() const { return phase_ != Phase::kNone; }
  bool Is(dispatch::SlotKey slot) const { return phase_ != Phase::kNone && slot == slot_; }
  // An event of the control session. True: it is of interest to the user too (output or a warning).
  bool Took(const v1::AgentMessage::Event& event);

  // Of the workers: one was started; its session has ended in good order; it died.
  void WorkerStarted(const std::string& worker_id);
  void WorkerEnded(const std::string& worker_id, const std::string& output);
  void WorkerDied(const std::string& worker_id, const std::string& how);

  // What has come of tests and collections, each once, in the order in which it became known.
  void Tell(const std::string& worker_id, const v1::TestResult& result);
  void Tell(const std::string& worker_id, const v1::CollectReport& report);
  void Tell(const std::string& worker_id, const v1::RecordedWarning& warning);
  // A message to its agent() with what it has not been told yet; none while there is little, unless `all` is wanted, and while it is
  // not ready.
  std::optional<v1::CoordinatorMessage> Replay(bool all);

  // No worker may begin a test: it could write what plugins clear away at the start of the control session, or need what is made there.
  bool MustBeAwaited() const {
    return phase_ == Phase::kStarting ? !option_.empty() || prepares_ : prepares_ && IsMissing();
  }
  // It waits to be told of the end.
  bool IsReady() const { return phase_ == Phase::kReady; }
  // The message to its agent() that tells it. Precondition: IsReady().
  v1::CoordinatorMessage Conclude(const Outcome& outcome, double now);
  int agent() const { return slot_.agent; }
  // Asked now and then: gives up what takes too long, and says so once. `workers_ready`: a worker's session has started.
  bool GaveUp(double now, bool workers_ready);
  // Nothing of it is waited for any more.
  bool IsOver() const { return phase_ == Phase::kNone || phase_ == Phase::kOver; }

  // The run's exit code, which is `code` without it: a plugin's, if that made another one of it; an internal error, if it failed.
  int Verdict(int code) const;
  // What the user is to know: what was not done, and why. Empty: all was.
  std::string Complaint() const;
  // Valid after the end, if it came to that: what plugins have to say.
  const std::string& summary() const { return summary_; }

 private:
  enum class Phase { kNone, kStarting, kReady, kConcluding, kOver };

  void Fail(const std::string& why);
  void Assign(int agent, uint32_t slots, v1::CoordinatorMessage::WorkerAssignment* assignment);
  v1::WorkerCommand::Replay::Told* Add(const std::string& worker_id, size_t bytes);

  const std::string option_;
  const bool keeps_all_;
  std::string listener_;
  bool prepares_ = false;
  // What it is to be told, how much of it it has been told, and the size of the rest in bytes.
  std::vector<v1::WorkerCommand::Replay::Told> told_;
  size_t sent_ = 0;
  size_t waiting_bytes_ = 0;
  bool has_replayed_ = false;
  Phase phase_ = Phase::kNone;
  dispatch::SlotKey slot_{-1, 0};
  // Since when it has been waited for.
  std::optional<double> waiting_since_;
  std::vector<v1::WorkerCommand::Conclude::Worker> workers_;
  // What pytest makes of the outcome that it was told, and what its session ended with.
  int expected_status_ = 0;
  std::optional<int> exit_status_;
  std::string summary_;
  std::string why_not_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_CONTROL_H_
