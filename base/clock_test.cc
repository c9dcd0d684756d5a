#include "base/clock.h"

#include "absl/time/clock.h"
#include "base/fake_clock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(RealClockTest, StartsAtTheWallsTimeAndNeverGoesBack) {
  const absl::Time before = absl::Now();
  RealClock clock;
  const absl::Time first = clock.Now();
  const absl::Time second = clock.Now();
  EXPECT_LE(first, second);
  // An hour is far more than a clock that is set in the midst of this may differ, and far less than an error of the
  // epoch.
  EXPECT_LT(absl::AbsDuration(first - before), absl::Hours(1));
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock(absl::FromUnixSeconds(10));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(10));
  clock.Advance(absl::Seconds(3));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(13));
}

}  // namespace
}  // namespace fastest
