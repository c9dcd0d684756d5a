// Where the files of a store are kept: in a folder or on a server. Any number of processes may use the place at once,
// because files are never changed: each is added under a name of its own, and later removed.
#ifndef FASTEST_COORDINATOR_HISTORY_FILES_H_
#define FASTEST_COORDINATOR_HISTORY_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::history {

// Not thread-safe. Errors are one line that names the place as its user did, without credentials.
class Files {
 public:
  virtual ~Files() = default;

  // The names (IsName) of all files, in any order.
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;
  // The bytes of the files, in the order of `names`. Errors: NotFound if the file is gone.
  virtual std::vector<absl::StatusOr<std::string>> Get(const std::vector<std::string>& names) = 0;
  // Adds a file. Readers see all of it or nothing.
  virtual absl::Status Put(const std::string& name, const std::string& bytes) = 0;
  // Files that are gone already count as removed.
  virtual absl::Status Remove(const std::vector<std::string>& names) = 0;
  // Removes what others have left unfinished.
  virtual void Tidy() {}
  // The place of a file as messages name it.
  virtual std::string PlaceOf(const std::string& name) const = 0;
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_FILES_H_
