#include "base/process/exit_fd.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/time/clock.h"

namespace fastest {
namespace {

// Rounded up: else the last fraction of a millisecond would be spent in a busy loop. -1: for ever.
int PollMilliseconds(absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return -1;
  const absl::Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  return static_cast<int>(std::min<int64_t>(ms, std::numeric_limits<int>::max()));
}

}  // namespace

UniqueFd OpenExitFd(pid_t pid) {
  // A pidfd is closed on exec.
  return UniqueFd(pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) : -1);
}

bool AwaitReadable(std::initializer_list<int> fds, absl::Time deadline) {
  std::vector<pollfd> polled;
  // poll leaves out negative numbers.
  for (const int fd : fds) polled.push_back({fd, POLLIN, 0});
  do {
    if (poll(polled.data(), polled.size(), PollMilliseconds(deadline)) > 0) return true;
    // A signal may have cut the wait short.
  } while (absl::Now() < deadline);
  return false;
}

}  // namespace fastest
