// Where the files of a store are kept: a folder, or a server. Any number may use it at once, since files are only added, each under a name of its
// own, and removed.
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

  // Names (IsName) of all that there are, in any order.
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;
  // Their bytes, in the order of the names. NotFound: that one is gone.
  virtual std::vector<absl::StatusOr<std::string>> Get(const std::vector<std::string>& names) = 0;
  // A new one. Whoever reads sees all of it or nothing.
  virtual absl::Status Put(const std::string& name, const std::string& bytes) = 0;
  // Those that are gone already count as removed.
  virtual absl::Status Remove(const std::vector<std::string>& names) = 0;
  // Removes what others have left unfinished.
  virtual void Tidy() {}
  // As it stands in messages.
  virtual std::string PlaceOf(const std::string& name) const = 0;
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_FILES_H_
