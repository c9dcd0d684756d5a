// Tests that are known to be bad for now (--quarantine FILE). They run, and their failures are shown apart and do not
// fail the run. Each entry ends on a day, so nobody can forget it.
#ifndef FASTEST_COORDINATOR_POLICY_QUARANTINE_H_
#define FASTEST_COORDINATOR_POLICY_QUARANTINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::policy {

// A value. Pure, except Load.
class Quarantine {
 public:
  struct Entry {
    // A node id, which includes everything below it (a file, a class, a test with all its parameters), or a pattern
    // with '*' and '?'.
    std::string test;
    std::string owner;
    std::string reason;
    // "2026-12-31": the last day on which the entry holds.
    std::string expires;
    bool expired = false;
  };

  Quarantine() = default;
  // `text` is TOML: [[quarantine]] tables, each with test, owner, reason and expires. `today` is "2026-11-25". Errors:
  // InvalidArgument names the line or the entry, and says what is wrong.
  static absl::StatusOr<Quarantine> Parse(const std::string& text, const std::string& today);
  // Reads the same from a file. Errors name the file.
  static absl::StatusOr<Quarantine> Load(const std::string& path, const std::string& today);

  // The entry for a test; null if there is none. Entries that still hold come before those that have ended.
  const Entry* Find(const std::string& node_id) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_QUARANTINE_H_
