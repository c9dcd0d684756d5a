#include "base/process/interrupts.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <initializer_list>

namespace fastest {
namespace {

std::atomic<int> signals_seen{0};
std::atomic<pid_t> child_pid{0};
std::atomic<int> exit_code_at_second{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void OnSignal(int /*signal*/) {
  if (signals_seen.fetch_add(1) == 0) return;
  if (const pid_t child = child_pid.load(); child > 0) kill(child, SIGKILL);
  _exit(exit_code_at_second);
}

}  // namespace

void HandleInterrupts(pid_t child, int exit_code) {
  child_pid = child;
  exit_code_at_second = exit_code;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    // Under nohup, or in a shell's background, a signal that the parent ignores stays ignored.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

bool Interrupted() { return signals_seen > 0; }

}  // namespace fastest
