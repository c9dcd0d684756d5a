#include "base/process/interrupts.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <initializer_list>

namespace fastest {
namespace {

std::atomic<int> signals_seen{0};
std::atomic<pid_t> child_pid{0};
std::atomic<int> exit_code_at_second{0};
// Lives as long as the process.
std::atomic<int> interrupt_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void OnSignal(int /*signal*/) {
  if (signals_seen.fetch_add(1) == 0) {
    const int error = errno;
    const uint64_t one = 1;
    // An eventfd that was never written has room.
    [[maybe_unused]] const ssize_t written = write(interrupt_fd, &one, sizeof(one));
    errno = error;
    return;
  }
  if (const pid_t child = child_pid.load(); child > 0) kill(child, SIGKILL);
  _exit(exit_code_at_second);
}

}  // namespace

void HandleInterrupts(pid_t child, int exit_code) {
  child_pid = child;
  exit_code_at_second = exit_code;
  if (interrupt_fd < 0) interrupt_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    // A signal that the parent ignores stays ignored: under nohup, or in a shell's background.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

bool Interrupted() { return signals_seen > 0; }

int InterruptFd() { return interrupt_fd; }

}  // namespace fastest
