// The signals that ask an agent to end, as events of its loop.
#ifndef FASTEST_AGENT_END_SIGNALS_H_
#define FASTEST_AGENT_END_SIGNALS_H_

#include <functional>
#include <string>

#include "base/process/event_loop.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {

// SIGTERM, SIGHUP and SIGINT come through a descriptor. SIGPIPE is ignored.
class EndSignals {
 public:
  // Before any other thread exists. Ctrl-C goes to every process of the terminal's group. An embedded agent ignores it,
  // and waits for what its coordinator makes of it.
  explicit EndSignals(bool embedded);

  // Calls `on_signal` on the loop's thread with the name of each signal. Once; the loop ends before this does.
  void Watch(EventLoop* loop, std::function<void(const std::string& name)> on_signal);

 private:
  UniqueFd fd_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_END_SIGNALS_H_
