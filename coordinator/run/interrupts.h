// Ctrl-C and its kin. The first signal asks the run to end, the second ends the process at once.
#ifndef FASTEST_COORDINATOR_RUN_INTERRUPTS_H_
#define FASTEST_COORDINATOR_RUN_INTERRUPTS_H_

#include <sys/types.h>

namespace fastest::run {

// Installs handlers for SIGINT, SIGTERM and SIGHUP and ignores SIGPIPE. `agent` (0: none) is killed when the second signal
// ends the process; its zygote sees that and ends the workers.
void HandleInterrupts(pid_t agent);

// Whether a signal has come.
bool Interrupted();

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_INTERRUPTS_H_
