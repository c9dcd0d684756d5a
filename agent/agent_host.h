// What an agent does between runs: gets streams to coordinators, has a warm Python ready for the next run, and ends in good order.
#ifndef FASTEST_AGENT_AGENT_HOST_H_
#define FASTEST_AGENT_AGENT_HOST_H_

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/coordinator/coordinator_session.h"
#include "agent/slots/slot_share.h"
#include "base/clock.h"
#include "base/process/event_loop.h"

namespace fastest::agent {

// Lives on the loop's thread, which it stops when it has nothing more to do.
class AgentHost {
 public:
  struct Options {
    CoordinatorSession::Options session;
    // One run, then the end: the embedded agent.
    bool once = false;
    // Without a run for so long it ends; infinite: never.
    absl::Duration idle_exit = absl::InfiniteDuration();
    // The first wait after a coordinator that was not there, and the longest; each time it doubles, less a random part of up to a
    // half, so that a thousand agents do not come at once.
    absl::Duration first_wait = absl::Milliseconds(250);
    absl::Duration longest_wait = absl::Seconds(10);
  };
  using Dial = CoordinatorStream::Dial;

  // Starts Python for the first run at once. `loop` and `clock` outlive this.
  AgentHost(Options options, EventLoop* loop, Clock* clock);

  // Serves run after run of the coordinators that `dial` reaches.
  void Join(Dial dial);
  // Serves a coordinator that has come: for the run of this id that is under way here, or for a new one.
  void Accept(std::unique_ptr<CoordinatorStream::Transport> transport, const std::string& run_id);

  // The first time: takes no more work, finishes what runs, then stops the loop. The second time: ends everything now.
  void Drain(const std::string& why);
  // Ends everything now.
  void Abort(const std::string& why);

  // The same asked from elsewhere, as often as anybody likes: only the first time counts.
  void DrainOnce(const std::string& why);

  // A coordinator is being served.
  bool busy() const { return !active_.empty(); }

  // Valid when the loop has been stopped by this: of the last session, OK if it was ended in good order or there was none.
  const absl::Status& result() const { return result_; }
  // It was ended while a run was under way.
  bool left_run() const { return left_run_; }

 private:
  std::unique_ptr<CoordinatorSession> NewSession(std::unique_ptr<Zygote> zygote = nullptr);
  void BeginSession(std::unique_ptr<CoordinatorStream::Transport> transport);
  void OnOver(CoordinatorSession* session);
  void DialAgain();
  // Kills what has been left to this process by processes that have ended.
  void EndOrphans();
  // The time without a run begins now.
  void AwaitIdle();
  bool HasRun() const;
  void StopIfDone();

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  SlotShare share_;
  Dial dial_;
  // Warm, and without a coordinator yet.
  std::unique_ptr<CoordinatorSession> spare_;
  std::list<std::unique_ptr<CoordinatorSession>> active_;
  absl::BitGen random_;
  absl::Duration wait_;
  EventLoop::TimerId dial_timer_ = 0;
  EventLoop::TimerId idle_timer_ = 0;
  bool ending_ = false;
  bool aborted_ = false;
  bool left_run_ = false;
  absl::Status result_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_AGENT_HOST_H_
