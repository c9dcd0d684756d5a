// Durations of past runs in a store to which runs only ever add small files, under names that no other has. So any number of jobs may write at
// once, stores may be poured together, and a job that is killed in the midst leaves the others' files whole.
#ifndef FASTEST_COORDINATOR_HISTORY_SHARED_HISTORY_H_
#define FASTEST_COORDINATOR_HISTORY_SHARED_HISTORY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "coordinator/history/files.h"
#include "coordinator/history/history.h"

namespace fastest::history {

// What can't be read or is damaged is left out, and told of by Remark in one line. Every Record adds a file.
std::unique_ptr<History> MakeSharedHistory(std::unique_ptr<Files> files);

// Joins all files to one, and forgets tests that no run has seen for two months. Whoever reads or writes meanwhile neither misses anything nor
// counts it twice. Gives the number of files that were joined; 0 if another is at it, and then nothing is changed. Errors name the place, and
// leave what was there.
absl::StatusOr<int> Compact(Files& files);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_SHARED_HISTORY_H_
