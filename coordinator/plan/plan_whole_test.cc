#include "coordinator/plan/plan_whole.h"

#include <map>
#include <random>
#include <set>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/test_id.h"

namespace fastest::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kTiny = 1e-9;

PlanOptions Options(int slots, double min_part_s = 0.05) {
  PlanOptions options;
  options.slots = slots;
  options.min_part_s = min_part_s;
  return options;
}

std::vector<WholeTest> Whole(const std::vector<std::pair<std::string, double>>& module_and_seconds) {
  std::vector<WholeTest> tests;
  std::map<std::string, int> number;
  for (const auto& [module, seconds] : module_and_seconds) {
    WholeTest test;
    test.module = module;
    test.ref.set_node_id(module + "::test_" + std::to_string(number[module]++));
    test.seconds = seconds;
    tests.push_back(test);
  }
  return tests;
}

// Each batch as the ids of its tests without "::test_": "a0 a1".
std::vector<std::string> Contents(const Plan& plan) {
  std::vector<std::string> contents;
  for (const PlannedBatch& planned : plan.batches) {
    std::string text;
    for (const v1::TestRef& ref : planned.batch.tests()) {
      if (!text.empty()) text += ' ';
      const std::string& id = ref.node_id();
      text.append(ModuleOf(id)).append(id, id.rfind('_') + 1);
    }
    contents.push_back(text);
    EXPECT_EQ(planned.batch.module(), "");
  }
  return contents;
}

TEST(PlanWholeTest, NothingToPlan) { EXPECT_THAT(PlanWhole({}, {}, Options(2)).batches, IsEmpty()); }

TEST(PlanWholeTest, OneSlotRunsInExactlyThatOrder) {
  const auto tests = Whole({{"a", 1}, {"b", 9}, {"a", 1}, {"c", 1}, {"c", 1}});
  EXPECT_THAT(Contents(PlanWhole(tests, {}, Options(1))), ElementsAre("a0", "b0", "a1", "c0 c1"));
}

TEST(PlanWholeTest, OneSlotJoinsShortNeighbours) {
  const auto tests = Whole({{"a", 0.01}, {"b", 0.01}, {"a", 0.04}, {"c", 0}, {"c", 1}});
  EXPECT_THAT(Contents(PlanWhole(tests, {}, Options(1))), ElementsAre("a0 b0 a1", "c0 c1"));
}

TEST(PlanWholeTest, MoreSlotsTakeModulesLongestFirst) {
  const auto tests = Whole({{"a", 1}, {"a", 1}, {"b", 3}, {"c", 2.5}});
  EXPECT_THAT(Contents(PlanWhole(tests, {}, Options(2, 5))), ElementsAre("b0", "c0", "a0 a1"));
}

TEST(PlanWholeTest, AnOrderThatBindsIsKeptThoughLongOnesAreDivided) {
  const auto tests = Whole({{"c", 1}, {"a", 1}, {"b", 1}, {"b", 1}, {"b", 1}, {"a", 4}, {"c", 2}});
  PlanOptions options = Options(2, 0.4);
  EXPECT_THAT(Contents(PlanWhole(tests, {}, options)).front(), testing::Eq("a1"));
  options.order_binds = true;
  EXPECT_THAT(Contents(PlanWhole(tests, {}, options)), ElementsAre("c0", "a0", "b0", "b1", "b2", "a1", "c1"));
}

TEST(PlanWholeTest, ScatteredModulesGoByStretches) {
  const auto tests = Whole({{"a", 1}, {"a", 1}, {"b", 3}, {"a", 1}, {"b", 1}});
  EXPECT_THAT(Contents(PlanWhole(tests, {}, Options(2, 0.5))), ElementsAre("b0", "a0", "a1", "a2", "b1"));
  // Short stretches of such modules share a batch with their neighbours. Whole modules share one only if there is
  // enough work for all slots.
  auto scattered = Whole({{"a", 0.01}, {"b", 0.01}, {"a", 0.01}, {"b", 0.01}, {"c", 0.03}, {"d", 9}});
  EXPECT_THAT(Contents(PlanWhole(scattered, {}, Options(2))), ElementsAre("d0", "a0 b0 a1 b1", "c0"));
  scattered.pop_back();
  EXPECT_THAT(Contents(PlanWhole(scattered, {}, Options(2))), ElementsAre("a0 b0 a1 b1", "c0"));
  const auto whole = Whole({{"a", 0.01}, {"b", 0.01}, {"c", 0.01}});
  EXPECT_THAT(Contents(PlanWhole(whole, {}, Options(2))), ElementsAre("a0", "b0", "c0"));
}

TEST(PlanWholeTest, AGroupIsOneBatchThatStaysTogether) {
  std::vector<WholeTest> tests = Whole({{"a", 1}, {"a", 1}, {"b", 1}, {"b", 9}, {"c", 1}});
  tests[0].group = tests[2].group = tests[4].group = "db";
  tests[1].group = "other";
  const Plan plan = PlanWhole(tests, {}, Options(2, 0.5));
  EXPECT_THAT(Contents(plan), ElementsAre("b1", "a0 b0 c0", "a1"));
  EXPECT_FALSE(plan.batches[0].batch.together());
  EXPECT_TRUE(plan.batches[1].batch.together());
  // With one worker there is nothing to keep together, and pytest's order counts.
  EXPECT_THAT(Contents(PlanWhole(tests, {}, Options(1))), ElementsAre("a0 a1", "b0 b1", "c0"));
}

TEST(PlanWholeTest, KeptModulesAreGroupsOfTheirOwn) {
  std::vector<WholeTest> tests = Whole({{"a", 1}, {"b", 1}, {"a", 1}, {"b", 9}, {"c", 1}});
  tests[4].group = "db";
  PlanOptions options = Options(2, 0.5);
  options.keep_modules = true;
  const Plan plan = PlanWhole(tests, {}, options);
  EXPECT_THAT(Contents(plan), ElementsAre("b0 b1", "a0 a1", "c0"));
  for (const PlannedBatch& planned : plan.batches) EXPECT_TRUE(planned.batch.together());
}

TEST(PlanSequenceTest, GoesBackToAModuleAsOftenAsTheOrderDoes) {
  const Plan plan = PlanSequence(Whole({{"d/a", 1}, {"d/a", 1}, {"b", 1}, {"d/a", 1}}));
  std::vector<std::string> batches;
  for (const PlannedBatch& planned : plan.batches) {
    std::string text = planned.batch.module();
    for (const v1::TestRef& ref : planned.batch.tests()) text += " " + ref.node_id().substr(ref.node_id().find("::"));
    batches.push_back(text);
  }
  EXPECT_THAT(batches, ElementsAre("d/a ::test_0 ::test_1", "b ::test_0", "d/a ::test_2"));
  EXPECT_EQ(plan.tests, 4u);
}

TEST(PlanWholeTest, AGroupIsNeverCut) {
  std::vector<WholeTest> tests = Whole(std::vector<std::pair<std::string, double>>(5000, {"a", 1}));
  for (WholeTest& test : tests) test.group = "one";
  EXPECT_THAT(PlanWhole(tests, {}, Options(8)).batches, SizeIs(1));
  // As all tests are in it, a single worker gets it in one batch too.
  EXPECT_THAT(PlanWhole(tests, {}, Options(1)).batches, SizeIs(1));
}

TEST(PlanWholeTest, SetupCountsInEachBatch) {
  const auto tests = Whole(std::vector<std::pair<std::string, double>>(8, {"p/a", 1}));
  std::unordered_map<std::string, SetupCost> setups;
  setups["p/a"].module_s = 1;
  const Plan plan = PlanWhole(tests, setups, Options(2, 4));
  ASSERT_THAT(plan.batches, SizeIs(2));
  EXPECT_DOUBLE_EQ(plan.batches[0].predicted_s, 5);
  EXPECT_DOUBLE_EQ(plan.batches[0].setup_s, 1);
  EXPECT_EQ(plan.batches[0].package, "p");
  EXPECT_DOUBLE_EQ(plan.work_s, 9);
  EXPECT_DOUBLE_EQ(plan.floor_s, 4.5);
}

TEST(PlanWholeTest, KeepsTheIndexOfRepeatedIds) {
  std::vector<WholeTest> tests = Whole({{"a", 1}, {"a", 1}});
  tests[1].ref = tests[0].ref;
  tests[1].ref.set_index(1);
  const Plan plan = PlanWhole(tests, {}, Options(1));
  ASSERT_THAT(plan.batches, SizeIs(1));
  EXPECT_EQ(plan.batches[0].batch.tests(0).index(), 0u);
  EXPECT_EQ(plan.batches[0].batch.tests(1).index(), 1u);
}

TEST(PlanWholeTest, NoBatchNamesMoreThanAMessageHolds) {
  std::vector<std::pair<std::string, double>> many(10000, {"a", 0});
  for (int slots : {1, 3}) {
    const Plan plan = PlanWhole(Whole(many), {}, Options(slots));
    int tests = 0;
    for (const PlannedBatch& planned : plan.batches) {
      EXPECT_LE(planned.batch.tests_size(), 2000);
      tests += planned.batch.tests_size();
    }
    EXPECT_EQ(tests, 10000);
  }
}

TEST(PlanWholeTest, EveryTestOnceAndNeighboursInOrderForRandomSuites) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<std::string, double>> list;
    const int count = 1 + static_cast<int>(random() % 300);
    for (int i = 0; i < count; ++i) {
      const bool stay = !list.empty() && random() % 10 != 0;
      list.emplace_back(stay ? list.back().first : "m" + std::to_string(random() % 20), (random() % 100) / 100.0);
    }
    const auto tests = Whole(list);
    std::map<std::string, int> place;
    for (size_t i = 0; i < tests.size(); ++i) place[tests[i].ref.node_id()] = static_cast<int>(i);
    const PlanOptions options = Options(1 + static_cast<int>(random() % 8));
    const Plan plan = PlanWhole(tests, {}, options);
    std::set<int> seen;
    double work_s = 0, longest_s = 0;
    int last_place = -1;
    for (const PlannedBatch& planned : plan.batches) {
      work_s += planned.predicted_s;
      longest_s = std::max(longest_s, planned.predicted_s);
      ASSERT_GT(planned.batch.tests_size(), 0);
      if (options.slots == 1) {
        EXPECT_EQ(place[planned.batch.tests(0).node_id()], last_place + 1);
      }
      last_place = place[planned.batch.tests(0).node_id()] - 1;
      for (const v1::TestRef& ref : planned.batch.tests()) {
        EXPECT_EQ(place[ref.node_id()], last_place + 1) << "a batch is a stretch of pytest's order";
        last_place = place[ref.node_id()];
        EXPECT_TRUE(seen.insert(last_place).second);
      }
    }
    EXPECT_EQ(seen.size(), tests.size());
    const double m = options.slots;
    EXPECT_LE(plan.makespan_s, work_s / m + (1 - 1 / m) * longest_s + kTiny);
    EXPECT_GE(plan.makespan_s, plan.floor_s - kTiny);
  }
}

}  // namespace
}  // namespace fastest::plan
