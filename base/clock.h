// Time as an argument: code that decides by time takes a Clock (or a `now`), so that tests own the time.
#ifndef FASTEST_BASE_CLOCK_H_
#define FASTEST_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace fastest {

// Seconds since the epoch, as points in time stand in messages.
inline double UnixSeconds(absl::Time time) { return static_cast<double>(absl::ToUnixMicros(time)) / 1e6; }

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The wall time at its construction, plus the time that has passed since. A deadline does not move when somebody sets
// the machine's clock, and readings never go backwards. Thread-safe.
class RealClock : public Clock {
 public:
  RealClock();
  absl::Time Now() override;

 private:
  // To be added to the monotonic clock.
  const absl::Time epoch_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_CLOCK_H_
