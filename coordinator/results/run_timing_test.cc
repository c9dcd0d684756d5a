#include "coordinator/results/run_timing.h"

#include <gtest/gtest.h>

#include "coordinator/results/agent_clock.h"

namespace fastest::results {
namespace {

TEST(AgentClockTest, AClockThatMayBeRightIsLeftAlone) {
  AgentClock clock;
  EXPECT_EQ(clock.ahead_s(), 0);
  clock.SentTo(100, 100.2);
  clock.ReceivedFrom(100.3, 100.4);
  EXPECT_EQ(clock.ahead_s(), 0);
}

TEST(AgentClockTest, TheQuickestMessagesBoundIt) {
  AgentClock clock;
  clock.SentTo(100, 135);     // 30 ahead, 5 on the way.
  clock.SentTo(200, 230.25);  // A quarter on the way.
  clock.ReceivedFrom(330, 301);
  clock.ReceivedFrom(430, 400.25);
  EXPECT_DOUBLE_EQ(clock.ahead_s(), 30);
  EXPECT_DOUBLE_EQ(clock.ToOurs(500), 470);
}

TEST(AgentClockTest, OneWayAloneIsABound) {
  AgentClock behind;
  behind.SentTo(100, 40);
  EXPECT_DOUBLE_EQ(behind.ahead_s(), -60);
  AgentClock ahead;
  ahead.ReceivedFrom(160, 100);
  EXPECT_DOUBLE_EQ(ahead.ahead_s(), 60);
}

TEST(AgentClockTest, TimesThatAreNoneSayNothing) {
  AgentClock clock;
  clock.SentTo(100, 0);
  clock.ReceivedFrom(0, 100);
  EXPECT_EQ(clock.ahead_s(), 0);
}

v1::TestResult Result(uint64_t lease, const std::string& node_id, double at, double setup_s, double call_s) {
  v1::TestResult result;
  result.set_lease_id(lease);
  result.mutable_ref()->set_node_id(node_id);
  v1::Phase* setup = result.add_phases();
  setup->set_when("setup");
  setup->set_start(at);
  setup->set_duration_s(setup_s);
  v1::Phase* call = result.add_phases();
  call->set_when("call");
  call->set_start(at + setup_s);
  call->set_duration_s(call_s);
  return result;
}

v1::WorkerMessage::Collected Collected(uint64_t lease, double received_at, double collect_s) {
  v1::WorkerMessage::Collected collected;
  collected.set_lease_id(lease);
  collected.set_received_at(received_at);
  collected.set_collect_s(collect_s);
  return collected;
}

// An agent whose clock is 1,000 s ahead; a quarter of a second each way.
TEST(RunTimingTest, StagesAreByOurClockAndInOrder) {
  RunTiming timing;
  timing.WorkerReady("gw0", "a", 10);
  timing.Queued(10);
  timing.Leased(1, 0, 11);
  timing.Collected("gw0", Collected(1, 1011.25, 0.5));
  timing.TestStarted("gw0", 1012);
  v1::TestResult result = Result(1, "t", 1012, 1, 2);
  timing.Stamp("gw0", 15.25, &result);
  const v1::Stages& stages = result.stages();
  EXPECT_DOUBLE_EQ(stages.queued(), 10);
  EXPECT_DOUBLE_EQ(stages.leased(), 11);
  EXPECT_DOUBLE_EQ(stages.received(), 11.25);
  EXPECT_DOUBLE_EQ(stages.started(), 12);
  EXPECT_DOUBLE_EQ(stages.setup(), 12);
  EXPECT_DOUBLE_EQ(stages.call(), 13);
  EXPECT_EQ(stages.teardown(), 0);
  EXPECT_DOUBLE_EQ(stages.reported(), 15.25);
  EXPECT_DOUBLE_EQ(result.phases(0).start(), 12);
}

TEST(RunTimingTest, TheSummarySharesOutEveryWorkersTime) {
  RunTiming timing;
  timing.WorkerReady("gw0", "a", 2);
  timing.WorkerReady("gw1", "b", 3);
  timing.Leased(1, 0, 3);
  timing.Leased(2, 1, 3);
  timing.Collected("gw0", Collected(1, 3, 0.5));
  v1::TestResult one = Result(1, "short", 4, 0.5, 1);
  timing.Stamp("gw0", 6, &one);
  v1::TestResult two = Result(2, "long", 4, 1, 5);
  timing.Stamp("gw1", 10, &two);
  const TimingSummary summary = timing.Summary(1, 12);
  EXPECT_DOUBLE_EQ(summary.total_s, 11);
  EXPECT_DOUBLE_EQ(summary.before_s, 1);
  EXPECT_DOUBLE_EQ(summary.tests_s, 8);
  EXPECT_EQ(summary.workers, 2);
  EXPECT_DOUBLE_EQ(summary.busy_s, 6);
  EXPECT_DOUBLE_EQ(summary.setup_s, 2);
  EXPECT_DOUBLE_EQ(summary.waiting_s, 2 + 1);
  EXPECT_DOUBLE_EQ(summary.tail_s, 4);
  EXPECT_EQ(summary.longest_test, "long");
  EXPECT_DOUBLE_EQ(summary.longest_test_s, 6);
  EXPECT_EQ(summary.agents, 2);
  EXPECT_EQ(summary.last_agent, "b");
  EXPECT_DOUBLE_EQ(summary.last_agent_behind_s, 4);
}

TEST(RunTimingTest, NothingRan) {
  const TimingSummary summary = RunTiming().Summary(1, 4);
  EXPECT_EQ(summary.workers, 0);
  EXPECT_DOUBLE_EQ(summary.total_s, 3);
}

}  // namespace
}  // namespace fastest::results
