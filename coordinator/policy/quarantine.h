// Tests that are known to be bad for the time being (--quarantine FILE): they run, their failures are shown apart and don't fail the run,
// and nobody can forget them, since each entry ends on a day.
#ifndef FASTEST_COORDINATOR_POLICY_QUARANTINE_H_
#define FASTEST_COORDINATOR_POLICY_QUARANTINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::policy {

// A value; pure but for Load.
class Quarantine {
 public:
  struct Entry {
    // A node id, which stands for everything below it too (a file, a class, a test with all its parameters), or one with '*' and '?'.
    std::string test;
    std::string owner;
    std::string reason;
    // "2026-12-31": the last day on which it holds.
    std::string expires;
    bool expired = false;
  };

  Quarantine() = default;
  // `text` is TOML: [[quarantine]] tables with test, owner, reason and expires, all of them. `today` is "2026-11-25". InvalidArgument names the
  // line or the entry, and what is wrong with it.
  static absl::StatusOr<Quarantine> Parse(const std::string& text, const std::string& today);
  // The same of a file, which errors name.
  static absl::StatusOr<Quarantine> Load(const std::string& path, const std::string& today);

  // The entry for a test, null if there is none. One that still holds comes before one that does not.
  const Entry* Find(const std::string& node_id) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_QUARANTINE_H_
