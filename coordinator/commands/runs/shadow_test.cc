#include "coordinator/commands/runs/shadow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace fastest::commands {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::TestResult Result(uint64_t lease, const std::string& id, v1::Outcome outcome = v1::PASSED) {
  v1::TestResult result;
  result.set_lease_id(lease);
  result.mutable_ref()->set_node_id(id);
  result.set_outcome(outcome);
  return result;
}

int WantedOf(double share, const std::string& run_id, uint64_t leases) {
  ShadowSample sample(share);
  sample.Begin(run_id);
  int wanted = 0;
  for (uint64_t lease = 1; lease <= leases; ++lease) wanted += sample.Wants(lease) ? 1 : 0;
  return wanted;
}

TEST(ShadowSampleTest, TakesAboutThatShareAndOthersInAnotherRun) {
  EXPECT_EQ(WantedOf(0, "r", 1000), 0);
  EXPECT_EQ(WantedOf(1, "r", 1000), 1000);
  constexpr int kLeases = 100'000;
  constexpr double kShare = 0.02;
  // Five standard deviations of a binomial distribution.
  EXPECT_NEAR(WantedOf(kShare, "r", kLeases), kShare * kLeases, 225);
  ShadowSample one(0.5);
  ShadowSample other(0.5);
  one.Begin("1");
  other.Begin("2");
  int differing = 0;
  for (uint64_t lease = 1; lease <= 100; ++lease) differing += one.Wants(lease) != other.Wants(lease) ? 1 : 0;
  EXPECT_GT(differing, 20);
}

TEST(ShadowSampleTest, KeepsBatchesTogetherAndInTheirOrder) {
  ShadowSample sample(1);
  ShadowReporter reporter(&sample);
  results::RunStart start;
  start.run_id = "r";
  reporter.RunStarted(start);
  reporter.Result(Result(2, "b.py::2"), {});
  reporter.Result(Result(1, "a.py::1"), {});
  reporter.Result(Result(2, "b.py::1", v1::FAILED), {});
  std::vector<std::string> ids;
  for (const v1::TestRef& ref : sample.Tests()) ids.push_back(ref.node_id());
  EXPECT_THAT(ids, ElementsAre("a.py::1", "b.py::2", "b.py::1"));
  EXPECT_EQ(sample.batches(), 2u);
  EXPECT_THAT(sample.verdicts().tests.at("b.py::1"), ElementsAre("failed"));
}

TEST(ShadowSampleTest, LeavesOutWhatWasRunAgainAndWhatEndedItsWorker) {
  ShadowSample sample(1);
  ShadowReporter reporter(&sample);
  reporter.Result(Result(1, "a.py::1"), {"", "gw0", /*attempt=*/2});
  v1::TestResult crash = Result(1, "a.py::2", v1::FAILED);
  crash.set_reason(v1::CRASH);
  reporter.Result(crash, {});
  EXPECT_THAT(sample.Tests(), IsEmpty());
}

}  // namespace
}  // namespace fastest::commands
