// One worker process: its channel, its pipes, its timer. WorkerState makes all decisions.
#ifndef FASTEST_AGENT_WORKERS_WORKER_H_
#define FASTEST_AGENT_WORKERS_WORKER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/workers/death_report.h"
#include "agent/workers/last_words.h"
#include "agent/workers/lease_tests.h"
#include "agent/workers/machine_slot.h"
#include "agent/workers/worker_state.h"
#include "agent/workers/zygote.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "base/process/frame_channel.h"
#include "base/process/unique_fd.h"
#include "proto/run.pb.h"

namespace fastest::agent {

// Lives on the loop's thread; owned by the pool. The process is the zygote's child.
class Worker {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // In the order in which the worker wrote the messages. The result of a test that the worker's death ended comes
    // this way, too.
    virtual void OnWorkerMessage(const Worker& worker, v1::WorkerMessage message) = 0;
    // Last call, after OnExited() or Lost(). The worker may be destroyed after this call, but not in it.
    virtual void OnWorkerGone(const Worker& worker, const WorkerState::End& end) = 0;
  };
  // All outlive the worker.
  struct Environment {
    EventLoop* loop;
    Clock* clock;
    Zygote* zygote;
    Listener* listener;
  };

  // How long a worker of this run may give no sign of life outside of tests (WorkerState::Options::session_limit).
  static absl::Duration SessionLimit(const v1::RunSpec& run);

  // Asks the zygote for the process and sends it `start`. `control`: the worker is the run's control session. Errors:
  // the system has no descriptors left.
  static absl::StatusOr<std::unique_ptr<Worker>> Start(uint32_t slot, const std::string& id, const v1::RunSpec& run,
                                                       bool control, const Environment& environment);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  uint32_t slot() const { return slot_; }
  const std::string& id() const { return id_; }
  bool control() const { return control_; }

  void Send(const v1::WorkerCommand& command);
  // SIGINT, as Ctrl-C in a terminal: pytest tears its fixtures down, and its session ends.
  void Interrupt();
  // SIGKILL; no test is to blame.
  void Kill(const std::string& why);
  // Its session has begun, so it may have tests to finish.
  bool started() const { return state_.started(); }
  // While paused nothing is read: the worker's writes will block when the kernel's buffers are full.
  void Pause(bool pause);

  // Told by the zygote. `last_import`: the test file or conftest that the process began to import last, if any.
  void OnForked(pid_t pid);
  void OnExited(int wait_status, const std::string& last_import);
  // The zygote died, and with it the process.
  void Lost(const std::string& why);

 private:
  // One of the two pipes.
  struct Stream {
    v1::WorkerMessage::Output::Stream name;
    UniqueFd fd;
    // What pytest has captured and not read yet; opened through /proc.
    UniqueFd capture;
  };

  Worker(uint32_t slot, std::string id, const v1::RunSpec& run, bool control, const Environment& environment);

  void Watch();
  void Unwatch();
  void OnChannel(uint32_t events);
  // Reads all that is there. Returns whether something was.
  bool ReadChannel();
  // Lets messages gather that nobody is in a hurry for: quick tests do not wake the agent one by one.
  void Rest();
  bool ReadStream(Stream* stream);
  void OnStderr(absl::string_view bytes);
  void Handle(v1::WorkerMessage message);
  void OpenCaptures(const v1::WorkerMessage::Ready& ready);
  void Forward(v1::WorkerMessage::Output::Stream stream, std::string bytes);
  bool paused() const { return paused_at_.has_value(); }
  void Take(WorkerState::Step step);
  void SetTimer();
  void Finish(const std::string& how, const std::string& last_import);

  const uint32_t slot_;
  // A control session holds none.
  MachineSlot machine_slot_;
  const std::string id_;
  const bool control_;
  const uint32_t columns_;
  const Environment env_;
  WorkerState state_;
  LeaseTests tests_;
  FrameChannel channel_;
  Stream out_{v1::WorkerMessage::Output::STDOUT, {}, {}};
  Stream err_{v1::WorkerMessage::Output::STDERR, {}, {}};
  LastWords last_words_;
  pid_t pid_ = -1;
  bool interrupted_ = false;
  // Since when nothing is read; unset: everything is read.
  std::optional<absl::Time> paused_at_;
  // The last messages said only that tests have ended and others begun. The channel is read again when rest_ fires.
  bool busy_ = false;
  EventLoop::TimerId rest_ = 0;
  // pytest captures what tests write. It does not come by the pipes, which are read at once, and overtakes no message.
  bool captured_ = false;
  // The channel has ended, or cannot be believed any more.
  bool deaf_ = false;
  EventLoop::TimerId timer_ = 0;
  absl::Time timer_at_ = absl::InfiniteFuture();
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_WORKER_H_
