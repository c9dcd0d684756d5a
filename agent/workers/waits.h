// What somebody waits for: each wait has a name, for people, and a limit. No wait is without one
// (docs/adr/0051-every-wait-has-a-name-and-a-limit.md).
#ifndef FASTEST_AGENT_WORKERS_WAITS_H_
#define FASTEST_AGENT_WORKERS_WAITS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace fastest::agent {

// Pure: time is an argument. Not thread-safe.
class Waits {
 public:
  // `limit`: how long any of these may take.
  explicit Waits(absl::Duration limit) : limit_(limit) {}

  // One that has begun goes on as it is.
  void Begin(const std::string& name, absl::Time now);
  void End(const std::string& name);
  void Clear() { waits_.clear(); }

  // When TakeOverdue() is due; infinite future: nothing is waited for.
  absl::Time next() const;
  // The name of a wait that has taken too long. It is waited for no longer. A wait whose limit has passed long ago
  // gets its time once more: this process slept, or the clock was set, and the answer may be there, unread.
  std::optional<std::string> TakeOverdue(absl::Time now);

  absl::Duration limit() const { return limit_; }

 private:
  struct Wait {
    absl::Time ends;
    bool excused = false;
  };

  const absl::Duration limit_;
  std::map<std::string, Wait> waits_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_WAITS_H_
