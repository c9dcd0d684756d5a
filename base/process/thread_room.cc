#include "base/process/thread_room.h"

#include <system_error>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"

namespace fastest {

absl::Status RoomForThreads(int threads) {
  absl::Notification enough;
  std::vector<std::thread> started;
  std::error_code refused;
  while (!refused && static_cast<int>(started.size()) < threads) {
    try {
      started.emplace_back([&enough] { enough.WaitForNotification(); });
    } catch (const std::system_error& error) {
      refused = error.code();
    }
  }
  const size_t got = started.size();
  enough.Notify();
  for (std::thread& thread : started) thread.join();
  if (!refused) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the system allows ", got, " more threads, and ", threads,
                                                   " are needed (", refused.message(),
                                                   "): raise `ulimit -u`, or pids.max of the cgroup"));
}

}  // namespace fastest
