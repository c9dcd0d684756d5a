// A run's control session, as the run sees it: the process that plugins take for pytest-xdist's controller. Plugins
// join there what the workers have left, and report it once (docs/adr/0021-control-session.md). Hooks there are told of
// every report (docs/adr/0030-replayed-reports.md). Makes messages, and leaves sending them to the run. No I/O, and
// time is an argument; not thread-safe. A session that fails becomes a Complaint() and a Verdict().
#ifndef FASTEST_COORDINATOR_CONTROL_CONTROL_H_
#define FASTEST_COORDINATOR_CONTROL_CONTROL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatch_queue.h"
#include "coordinator/results/run_summary.h"
#include "proto/agent_service.pb.h"
#include "proto/exit_code.h"

namespace fastest::control {

class Control {
 public:
  // What has come of the tests, as pytest's session counts them.
  struct Outcome {
    int failed = 0;
    int collected = 0;
    // Why the run ended before its work was done, and the exit status of such a run. Empty: the work was done.
    std::string stop_reason;
    int stop_status = 0;
    int deselected = 0;
    std::vector<results::SuiteProperty> testsuite_properties = {};
  };

  // `option`: the option whose plugin needs the session from the start. Empty: there is a session only if somebody
  // listens. `agents_may_leave`: the session may have to be started again elsewhere, and told everything once more.
  // `is_caller`: the session is the process that called for the run (RunSpec.controller). It listens, it is told at
  // once and of the plan too, and it is waited for as long as it lives.
  explicit Control(std::string option, bool agents_may_leave = false, bool is_caller = false)
      : option_(std::move(option)),
        keeps_all_(agents_may_leave),
        is_caller_(is_caller),
        listener_(is_caller ? option_ : "") {}

  // An agent begins the run. The first one is given the control session beside its workers, in `start`.
  void AgentJoined(int agent, uint32_t slots, v1::CoordinatorMessage::StartRun* start);
  // The agent and all its processes are gone.
  void AgentLeft(int agent, const std::string& why);
  // `listener` is to be told of every report (Ready.listener). Empty: nobody is. Where workers have awaited the
  // session, it has said itself who listens there.
  void Listen(const std::string& listener) {
    if (awaited_for_.empty() && !is_caller_) listener_ = listener;
  }
  // A worker waits for the session before it begins, since a conftest or plugin speaks of the two roles
  // (docs/adr/0049-the-controller-first.md). `reason`: which one, for a person.
  void AwaitedBy(dispatch::SlotKey slot, const std::string& worker_id, const std::string& reason);
  // Messages that are due: to workers that wait, and to the session about workers that it does not know yet. Each with
  // its agent.
  std::vector<std::pair<int, v1::CoordinatorMessage>> TakeMessages();
  // Somebody listens or waits, and there is no control session yet, or none any more.
  bool IsMissing() const { return (!listener_.empty() || !awaited_for_.empty()) && phase_ == Phase::kNone; }
  // The message to `agent` that starts the session there. Precondition: IsMissing().
  v1::CoordinatorMessage Start(int agent, uint32_t slots);
  // There is a session, or was.
  bool Exists() const { return phase_ != Phase::kNone; }
  bool Is(dispatch::SlotKey slot) const { return phase_ != Phase::kNone && slot == slot_; }
  // An event of the session. True: it is output or a warning, which the user should see too.
  bool Took(const v1::AgentMessage::Event& event);

  // A worker was started; its session has ended in good order; it died.
  void WorkerStarted(const std::string& worker_id);
  void WorkerReady(const std::string& worker_id, const v1::Collection& collection);
  void WorkerEnded(const std::string& worker_id, const std::string& output);
  void WorkerDied(const std::string& worker_id, const std::string& how);

  // What has come of tests and collections: each once, in the order in which it became known.
  void Tell(const std::string& worker_id, const v1::TestResult& result);
  void Tell(const std::string& worker_id, const v1::CollectReport& report);
  void Tell(const std::string& worker_id, const v1::RecordedWarning& warning);
  // For the caller: what is planned, by name, and about how many tests that are; then how many there are.
  void TellPlanned(const std::vector<std::string>& node_ids, int tests);
  void TellExpected(int tests, int deselected);
  // A message to agent() with what the session has not been told yet. None while the session is not ready; none while
  // there is little to tell, unless `all` is wanted.
  std::optional<v1::CoordinatorMessage> Replay(bool all);

  // No worker may begin a test. The test could write what plugins clear away at the start of the session, or need what
  // they make there.
  bool MustBeAwaited() const {
    const bool awaited = !awaited_for_.empty();
    return phase_ == Phase::kStarting ? !option_.empty() || awaited : awaited && IsMissing();
  }
  // The session ended before any worker could begin. The run then ends as the session did: pytest's controller would.
  // Valid once Took() has returned.
  struct EarlyEnd {
    int exit_status = 0;
    std::string message;
  };
  const std::optional<EarlyEnd>& early_end() const { return early_end_; }
  // The session waits to be told of the end.
  bool IsReady() const { return phase_ == Phase::kReady; }
  // The message to agent() that tells it of the end. Precondition: IsReady().
  v1::CoordinatorMessage Conclude(const Outcome& outcome, double now);
  int agent() const { return slot_.agent; }
  // To be asked now and then. Gives up a session that takes too long, and says so once. `workers_ready`: the session of
  // a worker has started.
  bool GaveUp(double now, bool workers_ready);
  // Nothing more is expected of the session.
  bool IsOver() const { return phase_ == Phase::kNone || phase_ == Phase::kOver; }

  // The run's exit code, which is `code` without the session. A plugin may have made another one of it. A session that
  // failed makes it an internal error.
  int Verdict(int code) const;
  // The process that called for the run has ended, or its session has. Nobody wants the run any more.
  bool CallerLeft() const { return is_caller_ && !why_not_.empty(); }
  // What was not done and why, for the user. Empty: all was done.
  std::string Complaint() const;
  // What plugins have to say. Valid if the session has ended in good order.
  const std::string& summary() const { return summary_; }

 private:
  enum class Phase { kNone, kStarting, kReady, kConcluding, kOver };

  void Fail(const std::string& why, int exit_status, const std::string& message);
  void Fail(const std::string& why);
  void Assign(int agent, uint32_t slots, v1::CoordinatorMessage::WorkerAssignment* assignment);
  v1::WorkerCommand::Replay::Told* Add(const std::string& worker_id, size_t bytes);

  const std::string option_;
  const bool keeps_all_;
  const bool is_caller_;
  std::string listener_;
  // Why workers wait for the session. Empty: none ever did.
  std::string awaited_for_;
  // Workers that wait, and those of them that the session was asked to set up.
  std::map<std::string, dispatch::SlotKey> awaiting_;
  std::vector<std::string> asked_;
  // What each worker takes on: NodeConfigured.node by worker id.
  std::map<std::string, std::string> nodes_;
  // Whether the session wants to see what workers collect, and what they have collected.
  bool wants_collection_ = false;
  // The tests that a worker has listed. After errors of the collection the run knows none of them.
  int listed_ = 0;
  v1::WorkerCommand::Replay::Ids ids_;
  std::optional<EarlyEnd> early_end_;
  // What the session is to be told; how much of that it has been told; the size of the rest in bytes.
  std::vector<v1::WorkerCommand::Replay::Told> told_;
  size_t sent_ = 0;
  size_t waiting_bytes_ = 0;
  bool has_replayed_ = false;
  Phase phase_ = Phase::kNone;
  dispatch::SlotKey slot_{-1, 0};
  // Since when the run waits for it.
  std::optional<double> waiting_since_;
  std::vector<v1::WorkerCommand::Conclude::Worker> workers_;
  // What pytest makes of the outcome that the session was told; what the session ended with.
  int expected_status_ = 0;
  std::optional<int> exit_status_;
  std::string summary_;
  // Why it failed, and what the run then ends with.
  std::string why_not_;
  int failed_status_ = kInternalError;
};

}  // namespace fastest::control

#endif  // FASTEST_COORDINATOR_CONTROL_CONTROL_H_
