#include "coordinator/dispatch/heartbeats.h"

#include "gtest/gtest.h"

namespace fastest::dispatch {
namespace {

TEST(HeartbeatsTest, AnAgentIsSilentWhenItsLeaseHasEnded) {
  Heartbeats heartbeats(20);
  EXPECT_EQ(heartbeats.NextDeadline(), std::nullopt);
  heartbeats.Watch(1, 100);
  heartbeats.Watch(2, 100);
  heartbeats.Heard(1, 110);
  EXPECT_EQ(heartbeats.NextDeadline(), 120);
  EXPECT_EQ(heartbeats.TakeSilent(119), std::nullopt);
  EXPECT_EQ(heartbeats.TakeSilent(120), 2);
  EXPECT_EQ(heartbeats.TakeSilent(120), std::nullopt) << "it is told once";
  EXPECT_EQ(heartbeats.NextDeadline(), 130);
}

TEST(HeartbeatsTest, OnlyWatchedAgentsAreSilent) {
  Heartbeats heartbeats(20);
  heartbeats.Heard(1, 100);
  EXPECT_EQ(heartbeats.TakeSilent(1000), std::nullopt);
  heartbeats.Watch(1, 1000);
  heartbeats.Heard(1, 1001);
  heartbeats.Forget(1);
  heartbeats.Forget(1);
  heartbeats.Heard(1, 1002);
  EXPECT_EQ(heartbeats.TakeSilent(2000), std::nullopt);
}

TEST(HeartbeatsTest, WithoutALeaseNobodyIsSilent) {
  Heartbeats heartbeats(0);
  heartbeats.Watch(1, 100);
  heartbeats.Tick(1e6);
  EXPECT_EQ(heartbeats.NextDeadline(), std::nullopt);
  EXPECT_EQ(heartbeats.TakeSilent(1e6), std::nullopt);
}

TEST(HeartbeatsTest, AfterALongPauseEverybodyCountsAsHeard) {
  Heartbeats heartbeats(20);
  heartbeats.Watch(1, 100);
  heartbeats.Tick(101);
  heartbeats.Tick(200);
  EXPECT_EQ(heartbeats.TakeSilent(200), std::nullopt);
  EXPECT_EQ(heartbeats.NextDeadline(), 220);
}

TEST(HeartbeatsTest, AClockThatGoesBackIsFollowed) {
  Heartbeats heartbeats(20);
  heartbeats.Watch(1, 100);
  heartbeats.Heard(1, 90);
  EXPECT_EQ(heartbeats.NextDeadline(), 110);
}

}  // namespace
}  // namespace fastest::dispatch
