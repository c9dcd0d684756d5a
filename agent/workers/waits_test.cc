#include "agent/workers/waits.h"

#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(5);

TEST(WaitsTest, NothingIsOverdueBeforeItsLimit) {
  const absl::Time start = absl::UnixEpoch();
  Waits waits(kLimit);
  EXPECT_EQ(waits.next(), absl::InfiniteFuture());
  waits.Begin("the end of worker gw0", start);
  EXPECT_EQ(waits.next(), start + kLimit);
  EXPECT_EQ(waits.TakeOverdue(start + kLimit - absl::Nanoseconds(1)), std::nullopt);
  EXPECT_EQ(waits.TakeOverdue(start + kLimit), "the end of worker gw0");
  // Once.
  EXPECT_EQ(waits.TakeOverdue(start + kLimit), std::nullopt);
  EXPECT_EQ(waits.next(), absl::InfiniteFuture());
}

TEST(WaitsTest, AWaitThatEndedIsNotOverdue) {
  const absl::Time start = absl::UnixEpoch();
  Waits waits(kLimit);
  waits.Begin("a", start);
  waits.Begin("b", start + absl::Seconds(1));
  waits.End("a");
  EXPECT_EQ(waits.TakeOverdue(start + kLimit), std::nullopt);
  EXPECT_EQ(waits.next(), start + absl::Seconds(1) + kLimit);
  waits.Clear();
  EXPECT_EQ(waits.next(), absl::InfiniteFuture());
}

TEST(WaitsTest, AskingAgainGivesNoMoreTime) {
  const absl::Time start = absl::UnixEpoch();
  Waits waits(kLimit);
  waits.Begin("a", start);
  waits.Begin("a", start + absl::Seconds(4));
  EXPECT_EQ(waits.TakeOverdue(start + kLimit), "a");
}

TEST(WaitsTest, WhoSleptWaitsOnceMoreAndNoMore) {
  const absl::Time start = absl::UnixEpoch();
  Waits waits(kLimit);
  waits.Begin("a", start);
  const absl::Time late = start + absl::Hours(1);
  EXPECT_EQ(waits.TakeOverdue(late), std::nullopt);
  EXPECT_EQ(waits.next(), late + kLimit);
  EXPECT_EQ(waits.TakeOverdue(late + absl::Hours(1)), "a");
}

}  // namespace
}  // namespace fastest::agent
