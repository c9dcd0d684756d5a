// The slots of one run and the workers in them, and the zygote that forks these.
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
    // Takes what is to be told to the coordinator, in order.
    std::function<void(v1::AgentMessage::Event)> emit;
    // Called once each after EndAll(): when the last worker has gone and all is emitted; when the zygote has ended,
    // too.
    std::function<void()> on_workers_gone;
    std::function<void()> on_ended;
    // The zygote died: what it had forked belongs to this process now, and to nobody.
    std::function<void()> on_orphans;
    // The agent's slots, which this run's workers share with those of others. Outlives the pool.
    SlotShare* share = nullptr;
    // The zygote is to serve run after run: TakeZygote() gives it to the next pool. Runs then bring their whole environment.
    bool keep_zygote = false;
    // In which the first zygote is started; empty: this process's own.
    std::string working_dir;
  };

  WorkerPool(Options options, EventLoop* loop, Clock* clock);
  ~WorkerPool() override;

  // Starts Python at once, so that pytest is loaded when the run comes. That it cannot be done is told as `refused`
  // when there is a run.
  void Warm(const std::string& python);
  // In Warm's place: with a zygote that an earlier pool has left.
  void Warm(const std::string& python, std::unique_ptr<Zygote> zygote);
  // After on_ended, if the zygote is kept and as good as before the run; else null.
  std::unique_ptr<Zygote> TakeZygote();

  // Once. `environment` as Zygote::Options has it. If the run has any, names another interpreter
  // than the warm one, or takes place in another directory, Python is started anew; a zygote that is kept only if it is not as a new
  // one would be.
  void BeginRun(const v1::RunSpec& spec, std::vector<std::string> environment);
  // In BeginRun's place: this agent can't do it.
  void RefuseRun(const absl::Status& why);
  // Every call is answered by a WorkerGone some time, unless the run is refused.
  void StartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment);
  // To a slot without a worker these do nothing: that its worker has gone has been told.
  void Grant(uint32_t slot, const v1::Lease& lease);
  void Revoke(uint32_t slot, const v1::WorkerCommand::Revoke& revoke);
  void FinishSlot(uint32_t slot);
  void TellControl(const v1::CoordinatorMessage::TellControl& message);
  void Stop(const std::string& reason);
  // Every worker ends after the test that it runs now, and no worker is started from now on; then the rest as EndAll.
  void Drain(const std::string& why);
  // SIGKILL to every worker; no worker is started from now on.
  void KillAll(const std::string& why);
  // Kills what still runs and ends the zygote.
  void EndAll(const std::string& why);

  // 0 if there is none.
  pid_t zygote_pid() const { return zygote_ == nullptr ? 0 : zygote_->pid(); }

  // Stops and resumes reading from all workers.
  void Pause(bool paused);

  // Zygote::Listener
  void OnForked(const std::string& worker_id, pid_t pid) override;
  void OnExited(const std::string& worker_id, int wait_status) override;
  void OnZygoteEnded(const absl::Status& why) override;
  void OnZygoteBegun(const std::string& stale) override;
  void OnZygoteCleared() override;
  // Worker::Listener
  void OnWorkerMessage(const Worker& worker, v1::WorkerMessage message) override;
  void OnWorkerGone(const Worker& worker, const WorkerState::End& end) override;

 private:
  Worker* Find(const std::string& worker_id);
  absl::Status StartZygote();
  // For the run that has begun, and in place of any that there is.
  void StartZygoteAnew();
  void StartWaiting();
  // For the zygote's answer, if pytest is loaded; that takes as long as it takes.
  void AwaitAnswer();
  absl::Status TryStartWorker(const v1::CoordinatorMessage::WorkerAssignment& assignment);
  void Refuse(const absl::Status& why);
  void EmitFromWorker(const Worker& worker, v1::WorkerMessage message);
  void EmitGone(uint32_t slot, const std::string& worker_id, const WorkerState::End& end);
  // Says so if it is so.
  void TellWorkersGone();
  void LoseAll(const std::string& why);

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  std::unique_ptr<Zygote> zygote_;
  // The interpreter and the directory of the next zygote, and of the last one. An empty directory is this process's
  // own.
  std::string python_;
  std::string working_dir_;
  std::vector<std::string> environment_;
  // A kept zygote was asked whether it will do for this run; the workers wait for its answer. It was cleared after the run.
  bool asking_ = false;
  EventLoop::TimerId answer_timer_ = 0;
  bool cleared_ = false;
  std::vector<v1::CoordinatorMessage::WorkerAssignment> waiting_;
  // Why there is no zygote, if the first one could not be had.
  absl::Status warm_status_;
  v1::RunSpec spec_;
  bool running_ = false;
  bool refused_ = false;
  bool paused_ = false;
  bool ending_ = false;
  bool draining_ = false;
  bool told_workers_gone_ = false;
  // Nothing is started any more; why.
  std::string closed_;
  // By slot.
  std::map<uint32_t, std::unique_ptr<Worker>> workers_;
  Turnstile turnstile_;
  // Told to be gone and not yet destroyed, since they were in the midst of a call.
  std::vector<std::unique_ptr<Worker>> gone_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_WORKER_POOL_H_
