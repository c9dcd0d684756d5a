#include "coordinator/plan/planner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kTiny = 1e-9;

ModuleEstimate Module(const std::string& name, double setup_s, const std::vector<double>& seconds, bool exact = true) {
  ModuleEstimate module;
  module.node_id = name;
  module.setup.module_s = setup_s;
  module.ids_exact = exact;
  for (size_t i = 0; i < seconds.size(); ++i) {
    module.tests.push_back({name + "::test_" + std::to_string(i), seconds[i]});
  }
  return module;
}

PlanOptions Options(int slots, double min_part_s = 0.05) {
  PlanOptions options;
  options.slots = slots;
  options.min_part_s = min_part_s;
  return options;
}

std::vector<std::string> ModulesOf(const Plan& plan) {
  std::vector<std::string> modules;
  for (const PlannedBatch& planned : plan.batches) modules.push_back(planned.batch.module());
  return modules;
}

// What a worker whose collection is `module.tests` would run of `batch`.
std::vector<std::string> RunOf(const ModuleEstimate& module, const v1::Batch& batch) {
  std::vector<std::string> ids;
  int part = 0;
  for (const TestEstimate& test : module.tests) {
    if (part < batch.boundaries_size() && test.node_id == batch.boundaries(part)) ++part;
    if (part == static_cast<int>(batch.part())) ids.push_back(test.node_id);
  }
  return ids;
}

TEST(PlanByModuleTest, NothingToPlan) {
  const Plan plan = PlanByModule({}, Options(4));
  EXPECT_THAT(plan.batches, IsEmpty());
  EXPECT_EQ(plan.makespan_s, 0);
  EXPECT_EQ(plan.floor_s, 0);
}

TEST(PlanByModuleTest, LongestFirstAndEqualOnesInCollectionOrder) {
  const Plan plan = PlanByModule(
      {Module("a", 0, {1}), Module("b", 1, {1, 1}), Module("c", 0, {2}), Module("d", 0.5, {0.5})}, Options(2, 10));
  EXPECT_THAT(ModulesOf(plan), ElementsAre("b", "c", "a", "d"));
  EXPECT_DOUBLE_EQ(plan.batches[0].predicted_s, 3);
  EXPECT_DOUBLE_EQ(plan.makespan_s, 4);
  EXPECT_DOUBLE_EQ(plan.floor_s, 3.5);
}

TEST(PlanByModuleTest, ModulesWithoutKnownTestsAreBatchesToo) {
  const Plan plan = PlanByModule({Module("empty", 0, {}), Module("open", 0, {}, false)}, Options(2));
  EXPECT_THAT(ModulesOf(plan), ElementsAre("empty", "open"));
  EXPECT_THAT(plan.batches[0].batch.tests(), IsEmpty());
  EXPECT_THAT(plan.batches[0].batch.boundaries(), IsEmpty());
}

TEST(PlanByModuleTest, KeepsOrderAndSplitsNothingIfToldOrOnOneSlot) {
  const std::vector<ModuleEstimate> modules = {Module("a", 0, {1}), Module("b", 0, {50, 50}), Module("c", 0, {2})};
  PlanOptions ordered = Options(4);
  ordered.keep_order = true;
  EXPECT_THAT(ModulesOf(PlanByModule(modules, ordered)), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ModulesOf(PlanByModule(modules, Options(1))), ElementsAre("a", "b", "c"));
}

TEST(PlanByModuleTest, KeptModulesAreNotSplitAndNobodyTakesAPartOfThem) {
  PlanOptions options = Options(2);
  options.keep_modules = true;
  const Plan plan = PlanByModule({Module("short", 0, {1}), Module("long", 0, std::vector<double>(50, 1))}, options);
  EXPECT_THAT(ModulesOf(plan), ElementsAre("long", "short"));
  for (const PlannedBatch& planned : plan.batches) {
    EXPECT_TRUE(planned.batch.together());
    EXPECT_THAT(planned.batch.boundaries(), IsEmpty());
  }
}

TEST(PlanByModuleTest, SplitsALongModuleByBoundaries) {
  const Plan plan =
      PlanByModule({Module("big", 0.1, std::vector<double>(100, 1)), Module("small", 0, {1})}, Options(2));
  ASSERT_GT(plan.batches.size(), 2u);
  std::set<uint32_t> parts;
  for (const PlannedBatch& planned : plan.batches) {
    if (planned.batch.module() != "big") continue;
    parts.insert(planned.batch.part());
    EXPECT_EQ(planned.batch.boundaries_size() + 2, static_cast<int>(plan.batches.size()));
    EXPECT_THAT(planned.batch.tests(), IsEmpty());
  }
  EXPECT_EQ(parts.size() + 1, plan.batches.size());
  EXPECT_LT(plan.makespan_s, 60);
}

TEST(PlanByModuleTest, NeverSplitsAnOpenModule) {
  const Plan plan = PlanByModule({Module("big", 0, std::vector<double>(100, 1), false)}, Options(8));
  EXPECT_THAT(plan.batches, SizeIs(1));
}

TEST(PlanByModuleTest, NeverCutsAtAnIdThatStandsTwice) {
  ModuleEstimate module = Module("big", 0, {1, 1, 1, 1});
  for (TestEstimate& test : module.tests) test.node_id = "big::test_same";
  EXPECT_THAT(PlanByModule({module}, Options(2)).batches, SizeIs(1));
}

TEST(PlanByModuleTest, NonsenseEstimatesDoNoHarm) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  PlanOptions options = Options(0, nan);
  for (int slots : {-3, 0, 2}) {
    options.slots = slots;
    options.epsilon = slots == 2 ? nan : -1;
    const Plan plan = PlanByModule({Module("a", -1, {nan, -5, inf, 1}), Module("b", nan, {2})}, options);
    EXPECT_GE(plan.batches.size(), 2u);
    EXPECT_TRUE(std::isfinite(plan.makespan_s));
    EXPECT_TRUE(std::isfinite(plan.floor_s));
  }
}

TEST(PlanByModuleTest, ShortModulesOfAPackageShareAUnit) {
  std::vector<ModuleEstimate> modules;
  for (int i = 0; i < 12; ++i)
    modules.push_back(Module(i < 7 ? "p/m" + std::to_string(i) : "q/m" + std::to_string(i), 0, {0.01}));
  modules.push_back(Module("q/long", 0, {2}));
  const Plan plan = PlanByModule(modules, Options(2));
  std::map<size_t, std::vector<std::string>> units;
  for (const PlannedBatch& planned : plan.batches) units[planned.unit].push_back(planned.batch.module());
  EXPECT_THAT(units[0], ElementsAre("q/long"));
  std::multiset<size_t> sizes;
  for (const auto& [unit, of_unit] : units) {
    sizes.insert(of_unit.size());
  }
  // 31 ms at most by the share of work: three modules of 10 ms.
  EXPECT_THAT(sizes, ElementsAre(1, 3, 3, 3, 3));
  EXPECT_EQ(plan.tests, 13u);
}

TEST(PlanByModuleTest, TenThousandTinyFilesMakeFewUnits) {
  std::vector<ModuleEstimate> modules;
  for (int i = 0; i < 10000; ++i) modules.push_back(Module("p" + std::to_string(i) + "/m", 0.0005, {0.002}));
  const Plan plan = PlanByModule(modules, Options(8));
  EXPECT_THAT(plan.batches, SizeIs(10000));
  EXPECT_LE(plan.batches.back().unit, 1000u);
  EXPECT_LE(plan.makespan_s, plan.floor_s * 1.02);
}

TEST(PlanByModuleTest, ClassFixturesCountOncePerPartThatHasTestsOfTheClass) {
  ModuleEstimate module;
  module.node_id = "m";
  module.ids_exact = true;
  module.setup.module_s = 0.5;
  module.setup.class_s = {{"m::A", 2}, {"m::A::B", 1}};
  for (const char* id : {"m::A::x", "m::A::y", "m::A::B::x", "m::A::B::y", "m::A::z", "m::last"}) {
    module.tests.push_back({id, 1});
  }
  const Plan plan = PlanByModule({module}, Options(1));
  ASSERT_THAT(plan.batches, SizeIs(1));
  EXPECT_DOUBLE_EQ(plan.batches[0].predicted_s, 0.5 + 2 + 1 + 6);
  EXPECT_DOUBLE_EQ(plan.work_s, 9.5);
  EXPECT_EQ(plan.longest_test, "m::A::x");
}

TEST(PlanByModuleTest, FewLongModulesLeaveSmallChangeForTheEnd) {
  std::vector<ModuleEstimate> modules;
  for (int i = 0; i < 4; ++i) modules.push_back(Module("m" + std::to_string(i), 0.01, std::vector<double>(1000, 0.1)));
  const Plan plan = PlanByModule(modules, Options(8));
  EXPECT_LE(plan.batches.back().predicted_s * 3, plan.batches.front().predicted_s);
  EXPECT_LE(plan.makespan_s, plan.floor_s * 1.05);
}

// Random suites: every test in exactly one part and in order, Graham's bound, the floor, and the cap on parts.
TEST(PlanByModuleTest, PropertiesHoldForRandomSuites) {
  std::mt19937 random(20261123);
  auto uniform = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); };
  for (int round = 0; round < 300; ++round) {
    std::vector<ModuleEstimate> modules;
    std::map<std::string, ModuleEstimate> by_name;
    const int count = 1 + static_cast<int>(uniform(0, 30));
    double work_s = 0;
    double longest_s = 0;
    for (int i = 0; i < count; ++i) {
      std::vector<double> seconds;
      const int tests = static_cast<int>(std::pow(10, uniform(0, 2.5))) - 1;
      for (int t = 0; t < tests; ++t) seconds.push_back(uniform(0, 1) < 0.02 ? uniform(0, 20) : uniform(0, 0.2));
      modules.push_back(
          Module("m" + std::to_string(i), uniform(0, 1) < 0.2 ? 0 : uniform(0, 0.5), seconds, uniform(0, 1) < 0.8));
      by_name[modules.back().node_id] = modules.back();
      work_s += modules.back().setup.module_s;
      for (double s : seconds) work_s += s, longest_s = std::max(longest_s, s);
    }
    const PlanOptions options = Options(1 + static_cast<int>(uniform(0, 16)));
    const Plan plan = PlanByModule(modules, options);

    std::map<std::string, std::vector<std::vector<std::string>>> runs;
    double planned_s = 0;
    double longest_batch_s = 0;
    double previous_s = std::numeric_limits<double>::infinity();
    constexpr size_t kNoUnit = -1;
    size_t last_unit = kNoUnit;
    double unit_s = 0;
    std::set<size_t> units;
    for (const PlannedBatch& planned : plan.batches) {
      const v1::Batch& batch = planned.batch;
      ASSERT_LE(static_cast<int>(batch.part()), batch.boundaries_size());
      auto& parts = runs[batch.module()];
      parts.resize(batch.boundaries_size() + 1);
      ASSERT_THAT(parts[batch.part()], IsEmpty()) << "part planned twice";
      parts[batch.part()] = RunOf(by_name[batch.module()], batch);
      planned_s += planned.predicted_s;
      longest_batch_s = std::max(longest_batch_s, planned.predicted_s);
      if (planned.unit != last_unit) {
        if (options.slots > 1) {
          EXPECT_LE(unit_s, previous_s);
        }
        previous_s = last_unit == kNoUnit ? previous_s : unit_s;
        EXPECT_TRUE(units.insert(planned.unit).second) << "a unit's batches are neighbours";
        last_unit = planned.unit;
        unit_s = 0;
      }
      unit_s += planned.predicted_s;
      longest_batch_s = std::max(longest_batch_s, unit_s);
    }
    ASSERT_EQ(runs.size(), modules.size());
    for (const ModuleEstimate& module : modules) {
      std::vector<std::string> expected, actual;
      for (const TestEstimate& test : module.tests) expected.push_back(test.node_id);
      for (const auto& part : runs[module.node_id]) actual.insert(actual.end(), part.begin(), part.end());
      ASSERT_EQ(actual, expected);
    }
    const double m = options.slots;
    EXPECT_LE(plan.makespan_s, planned_s / m + (1 - 1 / m) * longest_batch_s + kTiny);
    EXPECT_GE(plan.makespan_s, plan.floor_s - kTiny);
    EXPECT_NEAR(plan.floor_s, std::max(longest_s, work_s / m), kTiny);
  }
}

// Splitting is for the promise of greedy pull: it never makes it worse than with modules kept whole.
TEST(PlanByModuleTest, SplittingNeverRaisesTheBound) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::uniform_real_distribution<double> test_s(0, 0.3), setup_s(0, 2);
    std::vector<double> seconds(200);
    for (double& s : seconds) s = test_s(random);
    std::vector<ModuleEstimate> exact = {Module("big", setup_s(random), seconds)};
    std::vector<ModuleEstimate> open = {Module("big", exact[0].setup.module_s, seconds, false)};
    const PlanOptions options = Options(2 + round % 7);
    auto bound = [&](const Plan& plan) {
      double work = 0, longest = 0;
      for (const PlannedBatch& b : plan.batches) work += b.predicted_s, longest = std::max(longest, b.predicted_s);
      return work / options.slots + (1 - 1.0 / options.slots) * longest;
    };
    EXPECT_LE(bound(PlanByModule(exact, options)), bound(PlanByModule(open, options)) + kTiny);
  }
}

}  // namespace
}  // namespace fastest::plan
