#include "base/clock.h"

#include <time.h>

#include "absl/time/clock.h"

namespace fastest {
namespace {

absl::Duration SinceBoot() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace

RealClock::RealClock() : epoch_(absl::Now() - SinceBoot()) {}

absl::Time RealClock::Now() { return epoch_ + SinceBoot(); }

}  // namespace fastest
