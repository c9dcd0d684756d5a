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
  // A clock that is set during this test differs by far less than an hour, and a wrong epoch by far more.
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
