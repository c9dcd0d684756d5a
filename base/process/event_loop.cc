#include "base/process/event_loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fastest {
namespace {

// Events of one epoll_wait.
constexpr int kBatch = 32;

// epoll's data holds descriptor and generation: an event of a descriptor that was closed is not mistaken for one of its
// successor.
uint64_t Key(int fd, uint64_t generation) { return generation << 32 | static_cast<uint32_t>(fd); }

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(Clock* clock) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wakeup(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll.valid() || !wakeup.valid()) {
    return absl::InternalError(absl::StrCat("cannot make an event loop: ", strerror(errno)));
  }
  return absl::WrapUnique(new EventLoop(clock, std::move(epoll), std::move(wakeup)));
}

EventLoop::EventLoop(Clock* clock, UniqueFd epoll, UniqueFd wakeup)
    : clock_(clock), epoll_(std::move(epoll)), wakeup_(std::move(wakeup)) {
  Watch(wakeup_.get(), EPOLLIN, [this](uint32_t) {
    uint64_t count;
    // Fails if another round has emptied the counter already.
    if (read(wakeup_.get(), &count, sizeof(count)) == sizeof(count)) RunPosted();
  });
}

void EventLoop::Watch(int fd, uint32_t events, FdHandler handler) {
  std::shared_ptr<Watched>& slot = watched_[fd];
  const int operation = slot == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  slot = std::make_shared<Watched>(Watched{next_generation_++ & 0xffffffff, std::move(handler)});
  epoll_event event = {};
  event.events = events;
  event.data.u64 = Key(fd, slot->generation);
  epoll_ctl(epoll_.get(), operation, fd, &event);
}

void EventLoop::Unwatch(int fd) {
  if (watched_.erase(fd) > 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::At(absl::Time when, Work work) {
  const TimerId id = next_timer_++;
  timers_.emplace(std::pair(when, id), std::move(work));
  timer_times_.emplace(id, when);
  return id;
}

void EventLoop::Cancel(TimerId timer) {
  const auto it = timer_times_.find(timer);
  if (it == timer_times_.end()) return;
  timers_.erase({it->second, timer});
  timer_times_.erase(it);
}

void EventLoop::Post(Work work) {
  absl::MutexLock lock(&mu_);
  posted_.push_back(std::move(work));
  if (posted_.size() > 1) return;
  const uint64_t one = 1;
  // Fails only if the counter is full; then the loop wakes anyway.
  while (write(wakeup_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

void EventLoop::Run() {
  epoll_event events[kBatch];
  while (!stopped_) {
    const int count = epoll_wait(epoll_.get(), events, kBatch, MillisecondsToNextTimer());
    for (int i = 0; i < count && !stopped_; ++i) {
      const auto it = watched_.find(static_cast<int>(events[i].data.u64 & 0xffffffff));
      if (it == watched_.end() || it->second->generation != events[i].data.u64 >> 32) continue;
      // Keeps the handler alive: it may unwatch itself.
      const std::shared_ptr<Watched> watched = it->second;
      watched->handler(events[i].events);
    }
    if (!stopped_) RunTimers();
  }
}

int EventLoop::MillisecondsToNextTimer() {
  if (timers_.empty()) return -1;
  const absl::Duration left = timers_.begin()->first.first - clock_->Now();
  if (left <= absl::ZeroDuration()) return 0;
  // Rounded up: else the last fraction of a millisecond would be spent in a busy loop.
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  return static_cast<int>(std::min<int64_t>(ms, std::numeric_limits<int>::max()));
}

void EventLoop::RunTimers() {
  if (timers_.empty()) return;
  const absl::Time now = clock_->Now();
  while (!stopped_ && !timers_.empty() && timers_.begin()->first.first <= now) {
    const auto first = timers_.begin();
    const Work work = std::move(first->second);
    timer_times_.erase(first->first.second);
    timers_.erase(first);
    work();
  }
}

void EventLoop::RunPosted() {
  std::vector<Work> work;
  {
    absl::MutexLock lock(&mu_);
    work.swap(posted_);
  }
  for (const Work& one : work) {
    if (stopped_) return;
    one();
  }
}

}  // namespace fastest
