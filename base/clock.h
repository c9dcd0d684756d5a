// Time as something that is handed in: what decides by time takes a Clock (or a `now`), so that tests own the time.
#ifndef FASTEST_BASE_CLOCK_H_
#define FASTEST_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace fastest {

// Seconds since the epoch, as messages tell points in time.
inline double UnixSeconds(absl::Time time) { return static_cast<double>(absl::ToUnixMicros(time)) / 1e6; }

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The wall's time when it was made, and from then on the time that has passed: a deadline set by it does not move when
// somebody sets the machine's clock, and two readings never go backwards. Thread-safe.
class RealClock : public Clock {
 public:
  RealClock();
  absl::Time Now() override;

 private:
  // What is to be added to the monotonic clock.
  const absl::Time epoch_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_CLOCK_H_
