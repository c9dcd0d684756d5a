// Ctrl-C and its kin. The first signal asks the run to end, the second ends the process at once.
#ifndef FASTEST_BASE_PROCESS_INTERRUPTS_H_
#define FASTEST_BASE_PROCESS_INTERRUPTS_H_

#include <sys/types.h>

namespace fastest {

// Installs handlers for SIGINT, SIGTERM and SIGHUP and ignores SIGPIPE. The second signal ends the process with `exit_code`, and
// kills `child` (0: none) before.
void HandleInterrupts(pid_t child, int exit_code);

// Whether a signal has come.
bool Interrupted();

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_INTERRUPTS_H_
