// What is known of one worker, and what follows: which test runs, when it has run too long, which test is to blame when
// the worker dies. Pure: no I/O, no threads, no clock. Worker (worker.h) feeds it and takes the steps.
//
// A worker is over only when its process has exited: from then on end() is valid.
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
    // How long the worker may give no sign of life while it neither runs a test nor waits for a command: while it loads
    // conftests, collects, or ends its session.
    absl::Duration session_limit = absl::InfiniteDuration();
    // How long a hung worker gets for writing its stack. The stack is complete when stderr has been silent for so long.
    absl::Duration stack_limit = absl::Seconds(2);
    absl::Duration stack_silence = absl::Milliseconds(150);
    // How long a worker may take to exit after its last message. Threads that a test left behind may prevent the exit.
    absl::Duration exit_grace = absl::Seconds(5);
    // How long after the end of the channel the process must have exited.
    absl::Duration silent_grace = absl::Seconds(1);
  };

  // To be done now.
  enum class Step {
    kNothing,
    // Ask the worker for the stacks of its threads. They come on its stderr.
    kDumpStack,
    // SIGKILL to its process group.
    kKill,
  };

  // A test between its `started` and its result.
  struct Running {
    uint64_t lease_id = 0;
    v1::TestRef ref;
    absl::Time since;
    // When the test began, by the worker's clock.
    double started_at = 0;
  };

  enum class Hung { kNot, kAtStart, kBetweenTests, kAtEnd };

  // How the worker ended.
  struct End {
    // Expected: after `ended` or `failure`.
    bool orderly = false;
    // In words: "signal SIGSEGV", "exit code 3" …
    std::string how;
    // If the end was a test's fault: the test, to be reported as failed for `reason`.
    std::optional<Running> victim;
    v1::Reason reason = v1::REASON_NONE;
    // Where the worker hung, if that was outside of tests.
    Hung hung = Hung::kNot;
  };

  explicit WorkerState(Options options) : options_(options) {}

  // Inputs. Some give the one step that follows.
  Step OnMessage(const v1::WorkerMessage& message, absl::Time now);
  // A command is sent to the worker.
  void OnCommand(const v1::WorkerCommand& command, absl::Time now);
  // Nobody read from it for this long; not its fault.
  void OnUnheard(absl::Duration duration);
  // The worker sent something that is no message. The rest of the channel is ignored.
  Step OnGarbage(const std::string& what);
  Step OnChannelClosed(absl::Time now);
  // Bytes have come on stderr.
  void OnStderr(absl::Time now);
  // The run is over or cut off: no test is to blame.
  Step OnKillRequested(const std::string& why);
  // The clock has reached deadline().
  Step OnTime(absl::Time now);
  // The process has exited, and everything that it wrote was read. `how`: see DescribeWaitStatus.
  void OnExited(const std::string& how);

  // When OnTime is due; infinite future: never.
  absl::Time deadline() const;

  const std::optional<Running>& running() const { return running_; }
  // The stack that was asked for is being written: bytes on stderr are for the report.
  bool dumping() const { return dump_ends_ != absl::InfiniteFuture(); }
  // The session has begun: conftests and test files are loaded.
  bool started() const { return stage_ != Hung::kAtStart; }
  // Valid after OnExited.
  const End& end() const { return *end_; }

 private:
  // Why the agent has killed the worker, if it has.
  enum class Cause { kNone, kTimeout, kGarbage, kClosedChannel, kLingered, kRequested };

  // For every message, after all else.
  void OnSignOfLife(const v1::WorkerMessage& message, absl::Time now);
  void CancelDump();
  std::string HungText() const;
  Step Kill(Cause cause, std::string detail);
  bool StillRuns(const Running& test) const;

  const Options options_;
  std::optional<Running> running_;
  // The test that ran too long, and whose stack was asked for.
  std::optional<Running> hung_;
  // Since when the worker owes a sign of life outside of tests; infinite: it waits for a command.
  absl::Time quiet_since_ = absl::InfiniteFuture();
  // Where the worker is in its session.
  Hung stage_ = Hung::kAtStart;
  uint64_t last_lease_ = 0;
  // The stack was asked for because the worker was quiet for too long.
  bool stuck_ = false;
  // When the stack must be there, and when it counts as complete.
  absl::Time dump_ends_ = absl::InfiniteFuture();
  absl::Time dump_settles_ = absl::InfiniteFuture();
  // When the process must have exited; infinite: it need not exit.
  absl::Time must_exit_ = absl::InfiniteFuture();
  bool said_end_ = false;
  Cause cause_ = Cause::kNone;
  std::string cause_detail_;
  std::optional<End> end_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_WORKER_STATE_H_
