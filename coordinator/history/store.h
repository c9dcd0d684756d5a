// Opens the places where durations of past runs are kept, of any form: a database file, or a folder or server to which
// runs add files. Also takes over what other tools have measured.
#ifndef FASTEST_COORDINATOR_HISTORY_STORE_H_
#define FASTEST_COORDINATOR_HISTORY_STORE_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/history/history.h"

namespace fastest::history {

// Whether a store may have this name. Errors: InvalidArgument for an address that can never be used. Asks no server.
absl::Status CheckStoreName(const std::string& path);
// `path` is one of:
// - https:// or s3://, as in remote_location.h. The server is not asked yet. Later, its answers are not waited for once
//   `interrupted` says yes.
// - A folder, if there is one of that name or the name ends with '/'.
// - Otherwise a file.
// Parent folders are made. Errors name the store.
absl::StatusOr<std::unique_ptr<History>> OpenStore(const std::string& path, bool (*interrupted)() = nullptr);
// Opens a store that is there, to be read and never written.
absl::StatusOr<std::unique_ptr<History>> OpenStoreToRead(const std::string& path, bool (*interrupted)() = nullptr);
// Compact of shared_history.h. Errors: InvalidArgument if the store is a database.
absl::StatusOr<int> CompactStore(const std::string& path);

// Takes over from `base` what `own` says nothing about.
void Underlay(std::unordered_map<std::string, ModuleHistory> base, std::unordered_map<std::string, ModuleHistory>* own);

// Records what another tool has measured: .test_durations of pytest-split (JSON), or a JUnit XML file of pytest.
// `rootdir` is absolute, and serves to find files by JUnit's class names. Returns the number of tests. Errors name the
// file.
absl::StatusOr<int> Import(const std::string& file, const std::string& rootdir, const std::string& project,
                           History& into);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_STORE_H_
