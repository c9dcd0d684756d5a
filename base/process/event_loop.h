// One thread for descriptors, timers, and work that other threads post. All state of an agent lives on it: only the
// queue of posted work needs a lock.
#ifndef FASTEST_BASE_PROCESS_EVENT_LOOP_H_
#define FASTEST_BASE_PROCESS_EVENT_LOOP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/process/unique_fd.h"

namespace fastest {

// Everything but Post() belongs to the thread that calls Run(). Handlers may watch, unwatch, set timers and post.
class EventLoop {
 public:
  // Gets the events (EPOLLIN …) that have come.
  using FdHandler = std::function<void(uint32_t events)>;
  using Work = std::function<void()>;
  // 0 is no timer.
  using TimerId = uint64_t;

  // `clock` outlives the loop.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(Clock* clock);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls `handler` whenever one of `events` holds, until Unwatch. Level-triggered; errors and hang-ups always count.
  // Call Unwatch before the descriptor is closed.
  void Watch(int fd, uint32_t events, FdHandler handler);
  void Unwatch(int fd);

  // Calls `work` once when the clock has reached `when`.
  TimerId At(absl::Time when, Work work);
  // Ignores 0, and a timer that has fired.
  void Cancel(TimerId timer);

  // Thread-safe. Calls `work` on the loop's thread, soon, in the order of posting. Work that has not begun when the
  // loop stops is dropped.
  void Post(Work work) ABSL_LOCKS_EXCLUDED(mu_);

  // Until Stop().
  void Run();
  // The handler that calls this is the last one.
  void Stop() { stopped_ = true; }

 private:
  struct Watched {
    uint64_t generation;
    FdHandler handler;
  };

  EventLoop(Clock* clock, UniqueFd epoll, UniqueFd wakeup);
  int MillisecondsToNextTimer();
  void RunTimers();
  void RunPosted() ABSL_LOCKS_EXCLUDED(mu_);

  Clock* const clock_;
  const UniqueFd epoll_;
  const UniqueFd wakeup_;
  bool stopped_ = false;
  // Tells a descriptor from an earlier one of the same number, whose event may still be at hand.
  uint64_t next_generation_ = 1;
  std::unordered_map<int, std::shared_ptr<Watched>> watched_;
  TimerId next_timer_ = 1;
  std::map<std::pair<absl::Time, TimerId>, Work> timers_;
  std::unordered_map<TimerId, absl::Time> timer_times_;

  absl::Mutex mu_;
  std::vector<Work> posted_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_EVENT_LOOP_H_
