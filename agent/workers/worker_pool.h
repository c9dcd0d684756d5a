// The slots of one run, the workers in them, and the zygote that forks the workers.
#ifndef FASTEST_AGENT_WORKERS_WORKER_POOL_H_
#define FASTEST_AGENT_WORKERS_WORKER_POOL_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/slots/slot_share.h"
#include "agent/slots/turnstile.h"
#include "agent/workers/pool_state.h"
#include "agent/workers/worker.h"
#include "agent/workers/zygote.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread.
class WorkerPool : public Zygote::Listener, public Worker::Listener {
 public:
  struct Options {
    // The folder fastest_runner.
    std::string runner;
    // Takes what the coordinator is to be told, in order.
    std::function<void(v1::AgentMessage::Event)> emit;
    // Called once after EndAll(), when the last worker has gone and everything was emitted.
    std::function<void()> on_workers_gone;
    // Called once after that, when the zygote has ended, too.
    std::function<void()> on_ended;
    // The zygote died: the processes that it had forked belong to this process now. Nobody else ends them.
    std::function<void()> on_orphans;
    // The agent's slots, which the workers of all runs share. Outlives the pool.
    SlotShare* share = nullptr;
    // The zygote serves run after run: TakeZygote() gives it to the next pool. A run then brings its whole environment.
    bool keep_zygote = false;
    // See Zygote::Options. A run with a time limit for hangs has a shorter one (Worker::SessionLimit).
    absl::Duration start_limit = absl::Minutes(2);
    // How long a pool that drains waits for workers that are not ready yet, and so have no test to finish.
    absl::Duration drain_limit = absl::Seconds(5);
    // The directory in which the first zygote is started; empty: this process's own.
    std::string working_dir;
  };

  WorkerPool(Options options, EventLoop* loop, Clock* clock);
  ~WorkerPool() override;

  // Starts Python at once, so that pytest is loaded when the run comes. A failure is told as `refused` when there is a
  // run.
  void Warm(const std::string& python);
  // In Warm's place, for a zygote that is kept: Python is started when the run comes.
  void Use(const std::string& python) { zygote_options_.python = python; }
  // In Warm's place: uses a zygote that an earlier pool has left.
  void Warm(const std::string& python, std::unique_ptr<Zygote> zygote);
  // After on_ended. Null: the zygote is not kept, or not as good as before the run.
  std::unique_ptr<Zygote> TakeZygote();

  // Once. `environment`: see Zygote::Options. Python is started anew if the run has an environment, names another
  // interpreter than the warm one, or takes place in another directory. A zygote that is kept is asked instead, and
  // replaced only if it is not as a new one would be.
  void BeginRun(const v1::RunSpec& spec, std::vector<std::string> environment);
  // In BeginRun's place: this agent cannot do the run.
  void RefuseRun(const absl::Status& why);
  // Every call is answered by a WorkerGone some time, unless the run is refused.
  void StartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment);
  // These ignore a slot without a worker: the coordinator was told that the worker has gone.
  void Grant(uint32_t slot, const v1::Lease& lease);
  void Revoke(uint32_t slot, const v1::WorkerCommand::Revoke& revoke);
  void FinishSlot(uint32_t slot);
  void TellControl(const v1::CoordinatorMessage::TellControl& message);
  void Stop(const std::string& reason);
  // Interrupts the running tests, as Ctrl-C interrupts pytest. No test begins from now on. The control session goes on.
  void Interrupt(const std::string& reason);
  // Every worker ends after the test that it runs now, and no worker is started from now on. Then as EndAll. A worker
  // that is not ready in time is killed.
  void Drain(const std::string& why);
  // SIGKILL to every worker; no worker is started from now on.
  void KillAll(const std::string& why);
  // Kills what still runs and ends the zygote.
  void EndAll(const std::string& why);

  // 0: there is none.
  pid_t zygote_pid() const { return zygote_ == nullptr ? 0 : zygote_->pid(); }

  // Stops and resumes reading from all workers.
  void Pause(bool paused);

  // Zygote::Listener
  void OnForked(const std::string& worker_id, pid_t pid) override;
  void OnExited(const std::string& worker_id, int wait_status, const std::string& last_import) override;
  void OnZygoteEnded(const absl::Status& why) override;
  void OnZygoteBegun(const std::string& stale) override;
  void OnZygoteCleared() override;
  // Worker::Listener
  void OnWorkerMessage(const Worker& worker, v1::WorkerMessage message) override;
  void OnWorkerGone(const Worker& worker, const WorkerState::End& end) override;

 private:
  Worker* Find(const std::string& worker_id);
  absl::Status StartZygote();
  // For the run that has begun, in place of the zygote that there is.
  void StartZygoteAnew();
  // With --hang-timeout the interpreter may not take longer for its start than a worker for its own.
  void LimitStart();
  // BeginRun for a zygote that is kept.
  void BeginWithKeptZygote();
  void StartWaiting();
  // Waits for the kept zygote's answer. The limit counts from the time when pytest is loaded, however long that takes.
  void AwaitAnswer();
  absl::Status TryStartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment);
  void Refuse(const absl::Status& why);
  void EmitFromWorker(const Worker& worker, v1::WorkerMessage message);
  void EmitGone(uint32_t slot, const std::string& worker_id, const WorkerState::End& end);
  // Calls on_workers_gone if it is due.
  void TellWorkersGone();
  void LoseAll(const std::string& why);

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  PoolState state_;
  // Why no worker is started any more, once that is so.
  std::string why_closed_;
  v1::RunSpec spec_;

  std::unique_ptr<Zygote> zygote_;
  // Of the next zygote, and of the last one.
  Zygote::Options zygote_options_;
  // Why there is no zygote, if the first one could not be had.
  absl::Status warm_status_;
  EventLoop::TimerId answer_timer_ = 0;
  EventLoop::TimerId drain_timer_ = 0;
  // To be started when the zygote has answered.
  std::vector<v1::CoordinatorMessage::WorkerAssignment> waiting_;

  // By slot.
  std::map<uint32_t, std::unique_ptr<Worker>> workers_;
  Turnstile turnstile_;
  bool paused_ = false;
  // Gone, and not destroyed yet: they were in the midst of a call.
  std::vector<std::unique_ptr<Worker>> gone_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_WORKER_POOL_H_
