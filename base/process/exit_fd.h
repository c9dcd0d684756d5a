// Waiting for the end of a process, and for other descriptors, without looking at it again and again.
#ifndef FASTEST_BASE_PROCESS_EXIT_FD_H_
#define FASTEST_BASE_PROCESS_EXIT_FD_H_

#include <sys/types.h>

#include <initializer_list>

#include "absl/time/time.h"
#include "base/process/unique_fd.h"

namespace fastest {

// A descriptor that can be read once the process `pid` has ended (a pidfd). Invalid: there is no such process, or the
// system has no pidfds (Linux before 5.3, some sandboxes).
UniqueFd OpenExitFd(pid_t pid);

// Waits until one of the descriptors can be read, at most until `deadline`. Returns whether one can. A negative number
// is no descriptor and is left out.
bool AwaitReadable(std::initializer_list<int> fds, absl::Time deadline);

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_EXIT_FD_H_
