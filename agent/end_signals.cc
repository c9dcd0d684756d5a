#include "agent/end_signals.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "base/process/subprocess.h"

namespace fastest::agent {

EndSignals::EndSignals(bool embedded) {
  signal(SIGPIPE, SIG_IGN);
  if (embedded) signal(SIGINT, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  if (!embedded) sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  fd_.reset(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

void EndSignals::Watch(EventLoop* loop, std::function<void(const std::string& name)> on_signal) {
  loop->Watch(fd_.get(), EPOLLIN, [this, on_signal = std::move(on_signal)](uint32_t) {
    signalfd_siginfo info;
    if (read(fd_.get(), &info, sizeof(info)) != sizeof(info)) return;
    on_signal(SignalName(static_cast<int>(info.ssi_signo)));
  });
}

}  // namespace fastest::agent
