// One run as an agent sees it: does what the coordinator says, and leaves nothing behind however it ends.
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
    // The agent's interpreter; an embedded agent's runs may name another.
    std::string python;
    // The folder fastest_runner.
    std::string runner;
    // Files and environment are the coordinator's own: nothing is mapped, nothing compared.
    bool embedded = false;
    // Files are the coordinator's own, and a run brings its whole environment.
    bool warm = false;
    // The counterpart of the coordinator's rootdir; if warm, where Python is started. Unused if embedded.
    std::string workdir;
    // Who wants to know what happens here; null: nobody. Outlives the session.
    AgentRecord* record = nullptr;
    // How long the coordinator may take to end the stream after the agent has said all.
    absl::Duration close_limit = absl::Seconds(5);
  };
  struct Callbacks {
    // Processes have come to the agent whose parents have ended: they belong to nobody.
    std::function<void()> on_orphans;
    // Stream, workers and zygote have ended; the last call. The session may be destroyed after, but not in it.
    std::function<void(CoordinatorSession*)> on_over;
  };

  // Starts Python at once, unless an earlier run has left its zygote. `share`, which all runs of the agent have in common, `loop` and
  // `clock` outlive this.
  CoordinatorSession(Options options, SlotShare* share, EventLoop* loop, Clock* clock, Callbacks callbacks,
                     std::unique_ptr<Zygote> zygote = nullptr);

  // Opens the stream. Once. `dial` opens another one if that breaks during a run; null: the coordinator does.
  void Begin(std::unique_ptr<CoordinatorStream::Transport> transport, CoordinatorStream::Dial dial);
  // The coordinator has dialled again, for this run. Precondition: Holds(its id).
  void Resume(std::unique_ptr<CoordinatorStream::Transport> transport) { stream_->Resume(std::move(transport)); }
  // The run is under way here and may be gone on with, whatever has become of its stream.
  bool Holds(const std::string& run_id) const { return in_run() && stream_->Keeps(run_id); }
  // The agent is about to end: finishes the tests that run and then leaves the run.
  void Drain();
  // Ends everything now. Before Begin or after.
  void Abort(const std::string& why);

  // A run has begun.
  bool greeted() const { return greeted_; }
  // It is under way: neither side has ended it.
  bool in_run() const { return greeted_ && !end_asked_ && !stream_done_ && aborted_.ok(); }
  // Of the Python process; 0 if there is none.
  pid_t python_pid() const { return pool_.zygote_pid(); }
  // For the next run, when this one is over; null if there is none that would do.
  std::unique_ptr<Zygote> TakeZygote() { return pool_.TakeZygote(); }
  // Valid when it is over: OK if the coordinator ended the stream in good order.
  const absl::Status& result() const { return result_; }

 private:
  void OnMessage(const v1::CoordinatorMessage& message);
  void StartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment);
  void OnStartRun(const v1::CoordinatorMessage::StartRun& start);
  // Finishes the tests that run and then leaves the run. `why`: see Draining.
  void Leave(const std::string& why);
  // Whether it was OK.
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
  // Empty before it is known.
  std::string run_id_;
  CoordinatorStream::Dial dial_;
  std::unique_ptr<CoordinatorStream> stream_;
  bool greeted_ = false;
  bool stream_done_ = false;
  bool zygote_ended_ = false;
  bool end_asked_ = false;
  bool draining_ = false;
  // The coordinator has had all workers killed.
  bool cut_off_ = false;
  // Why this side ended it; OK if it didn't.
  absl::Status aborted_;
  absl::Status result_;
  EventLoop::TimerId close_timer_ = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_COORDINATOR_SESSION_H_
