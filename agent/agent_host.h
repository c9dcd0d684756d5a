// An agent between runs: gets calls from and to coordinators, has a warm Python ready for the next run, and ends in
// good order.
#ifndef FASTEST_AGENT_AGENT_HOST_H_
#define FASTEST_AGENT_AGENT_HOST_H_

#include <list>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/coordinator/backoff.h"
#include "agent/coordinator/coordinator_session.h"
#include "agent/coordinator/transport.h"
#include "agent/slots/slot_share.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "base/state.h"

namespace fastest::agent {

// Lives on the loop's thread. Stops the loop when it has nothing more to do.
class AgentHost {
 public:
  struct Options {
    CoordinatorSession::Options session;
    // Ends after one run: the embedded agent.
    bool once = false;
    // Ends after so long without a run; infinite: never.
    absl::Duration idle_exit = absl::InfiniteDuration();
    // Between attempts to reach a coordinator that was not there: see Backoff.
    absl::Duration first_wait = absl::Milliseconds(250);
    absl::Duration longest_wait = absl::Seconds(10);
  };
  // kNot → kDraining → kAborted; kNot → kAborted. With Options::once, the end of the run is kNot → kDraining.
  enum class Ending {
    kNot,
    kDraining,  // No run is taken any more; those under way are finished.
    kAborted,   // Everything ends now.
  };
  friend constexpr bool MayFollow(Ending from, Ending to) { return from < to; }

  // Starts Python for the first run at once. `loop` and `clock` outlive this.
  AgentHost(Options options, EventLoop* loop, Clock* clock);

  // Serves run after run of the coordinators that `dial` reaches.
  void Join(Transport::Dial dial);
  // Serves a coordinator that has called: for the run of this id that is under way here, or for a new run. Lets it go
  // if too many others have called and have not begun a run.
  void Accept(std::unique_ptr<Transport> transport, const std::string& run_id);

  // The first call: takes no more runs, finishes those under way, then stops the loop. A later call: as Abort.
  void Drain(const std::string& why);
  // Ends everything now.
  void Abort(const std::string& why);
  // As the first Drain; a later call does nothing.
  void DrainOnce(const std::string& why);

  // A coordinator is being served.
  bool busy() const { return !active_.empty(); }

  // Of the last session; valid when this has stopped the loop. OK: the session ended in good order, or there was none.
  const absl::Status& result() const { return result_; }
  // The host was ended while a run was under way.
  bool left_run() const { return left_run_; }

 private:
  std::unique_ptr<CoordinatorSession> NewSession(CoordinatorSession::Python python,
                                                 std::unique_ptr<Zygote> zygote = nullptr);
  void BeginSession(std::unique_ptr<Transport> transport);
  void OnOver(CoordinatorSession* session);
  // After OnOver, when the session may be destroyed.
  void AfterSession(CoordinatorSession* session);
  void DialAgain();
  // Kills the processes that were left to this process when their parents ended.
  void EndOrphans();
  // The time without a run begins now.
  void AwaitIdle();
  bool HasRun() const;
  // How many coordinators have called and have not begun a run.
  size_t Waiting() const;
  void StopIfDone();

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  SlotShare share_;
  Transport::Dial dial_;
  // Warm, and without a coordinator yet.
  std::unique_ptr<CoordinatorSession> spare_;
  std::list<std::unique_ptr<CoordinatorSession>> active_;
  Backoff backoff_;
  EventLoop::TimerId dial_timer_ = 0;
  EventLoop::TimerId idle_timer_ = 0;
  State<Ending> ending_{Ending::kNot};
  bool left_run_ = false;
  absl::Status result_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_AGENT_HOST_H_
