// Where durations of past runs are kept, whatever form that has: a database file, or a folder or server to which runs add files; and what others
// have measured.
#ifndef FASTEST_COORDINATOR_HISTORY_STORE_H_
#define FASTEST_COORDINATOR_HISTORY_STORE_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/history/history.h"

namespace fastest::history {

// Whether a store may be named so: InvalidArgument for an address that can't be used, whatever the server would say.
absl::Status CheckStoreName(const std::string& path);
// https:// and s3:// as in remote_location.h; a folder if there is one of that name or it ends with '/', else a file; parent folders are made.
// Errors name it. A server is not asked yet; when it is, its answers are not waited for once `interrupted` says yes.
absl::StatusOr<std::unique_ptr<History>> OpenStore(const std::string& path, bool (*interrupted)() = nullptr);
// One that is there, to be read and never written.
absl::StatusOr<std::unique_ptr<History>> OpenStoreToRead(const std::string& path, bool (*interrupted)() = nullptr);
// Compact, in shared_history.h. InvalidArgument: it is a database.
absl::StatusOr<int> CompactStore(const std::string& path);

// Takes over of `base` what `own` says nothing of.
void Underlay(std::unordered_map<std::string, ModuleHistory> base, std::unordered_map<std::string, ModuleHistory>* own);

// Records what another tool has measured: pytest-split's .test_durations (JSON), or a JUnit XML file of pytest's. `rootdir`: absolute, to tell
// files by the names of classes that JUnit gives. Gives the number of tests. Errors name the file.
absl::StatusOr<int> Import(const std::string& file, const std::string& rootdir, const std::string& project,
                           History& into);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_STORE_H_
