// Whether this process may start the threads that it needs. gRPC starts threads as it goes, and waits for ever for one
// that the system refused. Thread-safe.
#ifndef FASTEST_BASE_PROCESS_THREAD_ROOM_H_
#define FASTEST_BASE_PROCESS_THREAD_ROOM_H_

#include "absl/status/status.h"

namespace fastest {

// As many threads as a coordinator or an agent has at a time: 11 were counted in a run on two cores.
constexpr int kThreadsOfProgram = 16;

// Starts so many threads at a time, and ends them. ResourceExhausted, with one line for the user: the system refuses
// one of them. That says nothing of threads that others start meanwhile.
absl::Status RoomForThreads(int threads);

}  // namespace fastest

#endif  // FASTEST_BASE_PROCESS_THREAD_ROOM_H_
