// One run as an agent sees it: does what the coordinator says, and leaves nothing behind however the run ends.
#ifndef FASTEST_AGENT_COORDINATOR_COORDINATOR_SESSION_H_
#define FASTEST_AGENT_COORDINATOR_COORDINATOR_SESSION_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "agent/coordinator/checkout.h"
#include "agent/coordinator/coordinator_stream.h"
#include "agent/coordinator/session_state.h"
#include "agent/coordinator/transport.h"
#include "agent/record/agent_record.h"
#include "agent/slots/slot_share.h"
#include "agent/workers/worker_pool.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread.
class CoordinatorSession {
 public:
  struct Options {
    v1::AgentMessage::Hello hello;
    // The agent's interpreter. An embedded agent's run may name another.
    std::string python;
    // The folder fastest_runner.
    std::string runner;
    // Files and environment are the coordinator's own: no path is mapped, no file compared.
    bool embedded = false;
    // Files are the coordinator's own, and a run brings its whole environment.
    bool warm = false;
    // The counterpart of the coordinator's rootdir. Warm: the directory in which Python is started. Embedded: unused.
    std::string workdir;
    // Told what happens here; null: nobody is. Outlives the session.
    AgentRecord* record = nullptr;
    // How long the interpreter may take to load pytest.
    absl::Duration start_limit = absl::Minutes(2);
    // How long the coordinator may take to end the stream after the agent has said all.
    absl::Duration close_limit = absl::Seconds(5);
  };
  // All outlive the session.
  struct Environment {
    // All runs of the agent have it in common.
    SlotShare* share;
    EventLoop* loop;
    Clock* clock;
  };
  struct Callbacks {
    // Processes whose parents have ended have come to the agent: nobody else ends them.
    std::function<void()> on_orphans;
    // Last call: stream, workers and zygote have ended. The session may be destroyed after this call, but not in it.
    std::function<void(CoordinatorSession*)> on_over;
  };

  // When Python is started. kWithRun: not for an embedded agent.
  enum class Python { kNow, kWithRun };
  // `zygote`: what an earlier run has left, in place of a start.
  CoordinatorSession(Options options, const Environment& environment, Callbacks callbacks, Python python,
                     std::unique_ptr<Zygote> zygote);

  // Opens the stream. Once. `dial` makes another call if the stream breaks during a run; null: the coordinator calls.
  void Begin(std::unique_ptr<Transport> transport, Transport::Dial dial);
  // The coordinator has called again for this run. Precondition: Holds(its id).
  void Resume(std::unique_ptr<Transport> transport) { stream_->Resume(std::move(transport)); }
  // The run is under way here and may be resumed, whatever has become of its stream.
  bool Holds(const std::string& run_id) const { return in_run() && stream_->Keeps(run_id); }
  // The agent is about to end: finishes the tests that run and then leaves the run. Precondition: greeted().
  void Drain();
  // Ends everything now. Before Begin or after.
  void Abort(const std::string& why);

  // A run has begun.
  bool greeted() const { return state_.greeted(); }
  // Neither side has ended the run.
  bool in_run() const { return state_.under_way() && aborted_.ok(); }
  // Of the Python process; 0: there is none.
  pid_t python_pid() const { return pool_.zygote_pid(); }
  // For the next run, when this session is over; null: there is none that would do.
  std::unique_ptr<Zygote> TakeZygote() { return pool_.TakeZygote(); }
  // Valid when the session is over. OK: the coordinator ended the stream in good order.
  const absl::Status& result() const { return result_; }

 private:
  WorkerPool::Options PoolOptions(SlotShare* share);
  void OnMessage(const v1::CoordinatorMessage& message);
  // The stream's first message. False: it was answered with the end of the session.
  bool Greet(const v1::CoordinatorMessage& message);
  void Stop(const v1::CoordinatorMessage::StopRun& stop);
  void StartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment);
  void OnStartRun(const v1::CoordinatorMessage::StartRun& start);
  // Finishes the tests that run and then leaves the run. `why`: see Draining.
  void Leave(const std::string& why);
  // Returns whether the status is OK.
  bool LeaveUnless(const absl::Status& status);
  void Emit(v1::AgentMessage::Event event);
  void OnStreamDone(const absl::Status& status);
  void OnWorkersGone();
  void OnZygoteEnded();
  void TellIfOver();

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  const Callbacks callbacks_;
  WorkerPool pool_;
  // None if embedded.
  std::optional<ExpectedFiles> files_;
  // Empty before the run has begun.
  std::string run_id_;
  Transport::Dial dial_;
  std::unique_ptr<CoordinatorStream> stream_;
  SessionState state_;
  // Why this side ended the session; OK: it did not.
  absl::Status aborted_;
  absl::Status result_;
  EventLoop::TimerId close_timer_ = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_COORDINATOR_SESSION_H_
