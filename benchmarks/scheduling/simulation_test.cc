#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "benchmarks/scheduling/farm.h"
#include "benchmarks/scheduling/ours.h"
#include "benchmarks/scheduling/policies.h"
#include "benchmarks/scheduling/suite.h"

namespace fastest::scheduling {
namespace {

Suite SuiteFor(int agents, uint64_t seed) {
  SuiteOptions options;
  options.seed = seed;
  options.work_s = 60.0 * agents;
  return MakeSuite(options);
}

std::vector<plan::ModuleEstimate> Remembered(const Suite& suite, uint64_t seed, double missing) {
  HistoryOptions options;
  options.seed = seed;
  options.missing = missing;
  return Recall(suite, options);
}

std::vector<Agent> EqualAgents(int agents) { return std::vector<Agent>(static_cast<size_t>(agents)); }

// The mean of makespan / floor over a few seeds. Checks that every test has exactly one result in each run.
double MeanRatio(int agents, int seeds, double missing) {
  double sum = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    const Suite suite = SuiteFor(agents, static_cast<uint64_t>(seed));
    const std::vector<Agent> farm = EqualAgents(agents);
    const Outcome outcome = Ours(suite, Remembered(suite, static_cast<uint64_t>(seed), missing), missing < 1, farm);
    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(outcome.results, suite.tests);
    sum += outcome.makespan_s / Floor(suite, farm);
  }
  return sum / seeds;
}

TEST(SimulationTest, ThirtyTwoAgentsWithNoisyHistoryComeNearTheFloor) { EXPECT_LE(MeanRatio(32, 5, 0), 1.10); }

TEST(SimulationTest, ThirtyTwoAgentsWithoutHistory) { EXPECT_LE(MeanRatio(32, 5, 1), 1.35); }

TEST(SimulationTest, TwoHundredAgentsWithNoisyHistory) { EXPECT_LE(MeanRatio(200, 2, 0), 1.15); }

TEST(SimulationTest, OneAgentTakesWhatTheWorkIs) { EXPECT_NEAR(MeanRatio(1, 3, 0), 1, 0.001); }

TEST(SimulationTest, ComingAndGoingLosesNothing) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const Suite suite = SuiteFor(24, seed);
    FarmOptions options;
    options.seed = seed;
    options.agents = 24;
    options.slow = options.late = options.lost = 0.3;
    const std::vector<Agent> farm = MakeFarm(options, 60);
    const Outcome outcome = Ours(suite, Remembered(suite, seed, 0.3), true, farm);
    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(outcome.results + outcome.given_up, suite.tests);
    EXPECT_LE(outcome.given_up, 2);
    EXPECT_GE(outcome.makespan_s, Floor(suite, farm));
    EXPECT_LE(outcome.makespan_s, Floor(suite, farm) * 1.6);
  }
}

TEST(SimulationTest, NoPolicyIsBelowTheFloor) {
  const Suite suite = SuiteFor(8, 3);
  const std::vector<Agent> farm = EqualAgents(8);
  const double floor = Floor(suite, farm) * (1 - 1e-9);
  EXPECT_GE(Contiguous(suite, farm), floor);
  EXPECT_GE(RoundRobin(suite, farm), floor);
  EXPECT_GE(WholeModules(suite, Remembered(suite, 3, 0), farm), floor);
  EXPECT_GE(XdistLoad(suite, farm), floor);
  EXPECT_GE(XdistWorksteal(suite, farm), floor);
  EXPECT_GE(BlindIdeal(suite, farm), floor);
}

TEST(SimulationTest, OneWorkerAloneNeedsEqualTimeUnderEveryPolicy) {
  const Suite suite = SuiteFor(1, 4);
  const std::vector<Agent> farm = EqualAgents(1);
  for (const double makespan :
       {Contiguous(suite, farm), RoundRobin(suite, farm), WholeModules(suite, Remembered(suite, 4, 0), farm),
        XdistLoad(suite, farm), XdistWorksteal(suite, farm), BlindIdeal(suite, farm)}) {
    EXPECT_NEAR(makespan, suite.work_s, 1e-6);
  }
}

TEST(SuiteTest, TheGeneratorHasTheParametersThatItPrints) {
  SuiteOptions options;
  options.seed = 5;
  options.work_s = 20000;
  const Suite suite = MakeSuite(options);
  std::vector<double> tests, seconds;
  for (const Suite::Module& module : suite.modules) {
    tests.push_back(static_cast<double>(module.seconds.size()));
    for (const double s : module.seconds) seconds.push_back(std::log(s));
  }
  std::sort(tests.begin(), tests.end());
  std::sort(seconds.begin(), seconds.end());
  EXPECT_NEAR(tests[tests.size() / 2], 15, 1);
  EXPECT_NEAR(std::exp(seconds[seconds.size() / 2]), 0.02, 0.001);
  EXPECT_NEAR((seconds[seconds.size() * 84 / 100] - seconds[seconds.size() / 2]), 1.6, 0.1);
}

TEST(SuiteTest, NamesOfTestsGoThereAndBack) {
  const TestPlace place = PlaceOf(TestName(123, 45));
  EXPECT_EQ(place.module, 123u);
  EXPECT_EQ(place.test, 45u);
}

}  // namespace
}  // namespace fastest::scheduling
