// A clock for tests: it stands still until it is moved.
#ifndef FASTEST_BASE_FAKE_CLOCK_H_
#define FASTEST_BASE_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "base/clock.h"

namespace fastest {

// Not thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1700000000)) : now_(start) {}

  absl::Time Now() override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_FAKE_CLOCK_H_
