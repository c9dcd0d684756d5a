// Ctrl-C and the other signals that ask a process to end. The first asks the run to end, the second ends the process at
// once.
#ifndef FASTEST_BASE_PROCESS_INTERRUPTS_H_
#define FASTEST_BASE_PROCESS_INTERRUPTS_H_

#include <sys/types.h>

namespace fastest {

// Installs handlers for SIGINT, SIGTERM and SIGHUP and ignores SIGPIPE. The second signal kills `child` (0: no child)
// and ends the process with `exit_code`.
void HandleInterrupts(pid_t child, int exit_code);

// Whether a signal has come.
bool Interrupted();

// A descriptor that can be read once a signal has come. -1: HandleInterrupts has not been called.
int InterruptFd();

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_INTERRUPTS_H_
