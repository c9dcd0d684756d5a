// Durations of past runs in a store to which runs only ever add small files, under names of their own. So any number of
// jobs may write at once, stores may be merged by copying, and a job that is killed leaves the files of others whole.
#ifndef FASTEST_COORDINATOR_HISTORY_SHARED_HISTORY_H_
#define FASTEST_COORDINATOR_HISTORY_SHARED_HISTORY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "coordinator/history/files.h"
#include "coordinator/history/history.h"

namespace fastest::history {

// A file that is damaged or cannot be read is left out, and Remark says so in one line. Every Record adds a file.
std::unique_ptr<History> MakeSharedHistory(std::unique_ptr<Files> files);

// Joins all files to one, and forgets tests that no run has seen for two months. Processes that read or write meanwhile
// miss nothing and count nothing twice. Returns the number of files that were joined. Returns 0 and changes nothing if
// another process is joining them. Errors name the place, and leave its files.
absl::StatusOr<int> Compact(Files& files);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_SHARED_HISTORY_H_
