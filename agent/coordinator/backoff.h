// The waits between attempts to reach a coordinator that was not there.
#ifndef FASTEST_AGENT_COORDINATOR_BACKOFF_H_
#define FASTEST_AGENT_COORDINATOR_BACKOFF_H_

#include <algorithm>

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace fastest::agent {

// Each wait is twice as long as the last one, less a random part of up to a half: a thousand agents do not come at the
// same time. Not thread-safe.
class Backoff {
 public:
  // The first wait is `start` long, later ones between `first` and `longest`.
  Backoff(absl::Duration start, absl::Duration first, absl::Duration longest)
      : start_(start), first_(first), longest_(longest), next_(start) {}

  absl::Duration Next() {
    const absl::Duration wait = absl::Uniform(random_, 0.5, 1.0) * next_;
    next_ = std::clamp(2 * next_, first_, longest_);
    return wait;
  }
  // The coordinator was reached.
  void Reset() { next_ = start_; }

 private:
  const absl::Duration start_;
  const absl::Duration first_;
  const absl::Duration longest_;
  absl::Duration next_;
  absl::BitGen random_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_BACKOFF_H_
