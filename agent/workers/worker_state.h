// What is known of one worker and what follows from it: which test is running, when it has run too long, who is to
// blame when the worker dies. Pure: no I/O, no threads, no clock. Worker (worker.h) feeds it and does what it says.
//
// Life: started → (exited) with, in between, the messages of its channel. A worker is over only when its process has
// exited: then, and once, end() is valid.
#ifndef FASTEST_AGENT_WORKERS_WORKER_STATE_H_
#define FASTEST_AGENT_WORKERS_WORKER_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "proto/run.pb.h"

namespace fastest::agent {

class WorkerState {
 public:
  struct Options {
    // How long one test may run; infinite: no limit.
    absl::Duration hang_timeout = absl::InfiniteDuration();
    // How long the worker may give no sign of life while no test runs and it does not wait for a command: it loads conftests, collects, or
    // ends its session.
    absl::Duration session_limit = absl::InfiniteDuration();
    // How long a hung worker gets for writing down its stack, and how long its output must have been silent to count as
    // complete.
    absl::Duration stack_limit = absl::Seconds(2);
    absl::Duration stack_silence = absl::Milliseconds(150);
    // How long a worker that has said its last word may take to exit. Threads that a test left behind may not let it.
    absl::Duration exit_grace = absl::Seconds(5);
    // How long the news that the process has exited may come after its channel has ended.
    absl::Duration silent_grace = absl::Seconds(1);
  };

  // What is to be done now.
  enum class Step {
    kNothing,
    // Ask the worker for the stacks of its threads (they come on its stderr).
    kDumpStack,
    // SIGKILL to its process group.
    kKill,
  };

  // A test between its `started` and its result.
  struct Running {
    uint64_t lease_id = 0;
    v1::TestRef ref;
    absl::Time since;
    // When the worker says that it began, by the worker's clock.
    double started_at = 0;
  };

  enum class Hung { kNot, kAtStart, kBetweenTests, kAtEnd };

  // How it came out.
  struct End {
    // After `ended` or `failure`: expected.
    bool orderly = false;
    // "signal SIGSEGV", "exit code 3" …: for people.
    std::string how;
    // The test that is to be reported as failed for `reason`, if the end was a test's fault.
    std::optional<Running> victim;
    v1::Reason reason = v1::REASON_NONE;
    // Where it hung, if that was outside of tests.
    Hung hung = Hung::kNot;
  };

  explicit WorkerState(Options options) : options_(options) {}

  // Inputs. Each gives the one step that follows.
  Step OnMessage(const v1::WorkerMessage& message, absl::Time now);
  // It is sent a command.
  void OnCommand(const v1::WorkerCommand& command, absl::Time now);
  // For so long nobody has listened to it: that is no fault of its.
  void OnUnheard(absl::Duration duration);
  // It sent something that is no message. Everything that follows on the channel is to be ignored.
  Step OnGarbage(const std::string& what);
  Step OnChannelClosed(absl::Time now);
  // Something came on stderr.
  void OnStderr(absl::Time now);
  // The run is over or cut off: nobody is to blame.
  Step OnKillRequested(const std::string& why);
  // The clock has reached deadline().
  Step OnTime(absl::Time now);
  // The process has exited and nothing more will come. `how` as DescribeWaitStatus gives it.
  void OnExited(const std::string& how);

  // When OnTime is due; infinite future: never.
  absl::Time deadline() const;

  const std::optional<Running>& running() const { return running_; }
  // The stack that was asked for is being written: what comes on stderr now is for the report.
  bool dumping() const { return dump_ends_ != absl::InfiniteFuture(); }
  // Valid after OnExited.
  const End& end() const { return *end_; }

 private:
  // Why the worker was killed by us, if it was.
  enum class Cause { kNone, kTimeout, kGarbage, kClosedChannel, kLingered, kRequested };

  // What it says outside of tests; said last by OnMessage.
  void OnSignOfLife(const v1::WorkerMessage& message, absl::Time now);
  void CancelDump();
  std::string HungText() const;
  Step Kill(Cause cause, std::string detail);
  bool StillRuns(const Running& test) const;

  const Options options_;
  std::optional<Running> running_;
  // The test that ran too long, and when its stack must be there.
  std::optional<Running> hung_;
  // Since when it has owed us a sign of life, but for tests; infinite: it waits for us. And where it is in its session.
  absl::Time quiet_since_ = absl::InfiniteFuture();
  Hung stage_ = Hung::kAtStart;
  uint64_t last_lease_ = 0;
  // Its stack was asked for because it was quiet for too long.
  bool stuck_ = false;
  absl::Time dump_ends_ = absl::InfiniteFuture();
  absl::Time dump_settles_ = absl::InfiniteFuture();
  // When the process must have exited, once it should.
  absl::Time must_exit_ = absl::InfiniteFuture();
  bool said_end_ = false;
  Cause cause_ = Cause::kNone;
  std::string cause_detail_;
  std::optional<End> end_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_WORKER_STATE_H_
