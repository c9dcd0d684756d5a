// Durations of past runs in a folder to which runs only ever add: one small file for each run, under a name that no other has. So any number of
// jobs may write at once, folders of several machines may be poured together, and a job that is killed in the midst leaves the others' files
// whole.
#ifndef FASTEST_COORDINATOR_HISTORY_FOLDER_HISTORY_H_
#define FASTEST_COORDINATOR_HISTORY_FOLDER_HISTORY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/history/history.h"

namespace fastest::history {

// What a run's file says is checked by a digest; files that are damaged are left out, and named once by Remark. Newer files weigh as much as
// all before them together, as in the database.
absl::StatusOr<std::unique_ptr<History>> OpenFolder(const std::string& folder);

// Joins all files of the folder to one, and forgets tests that no run has seen for two months. Others may write meanwhile; only what was joined
// is removed. Gives the number of files that were joined. Errors name the folder or a file.
absl::StatusOr<int> CompactFolder(const std::string& folder);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_FOLDER_HISTORY_H_
