#include "coordinator/shards/shard_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"

namespace fastest::shards {
namespace {

using ::testing::HasSubstr;

plan::ModuleEstimate Module(const std::string& name, int tests, double seconds, double setup_s = 0) {
  plan::ModuleEstimate module;
  module.node_id = name;
  module.ids_exact = true;
  module.setup.module_s = setup_s;
  for (int i = 0; i < tests; ++i) module.tests.push_back({absl::StrCat(name, "::test_", i), seconds});
  return module;
}

// Forty modules of 1 to 40 tests.
std::vector<plan::ModuleEstimate> Suite() {
  std::vector<plan::ModuleEstimate> modules;
  for (int i = 1; i <= 40; ++i) modules.push_back(Module(absl::StrCat("tests/test_", i, ".py"), i, 0.1, 0.05));
  return modules;
}

TEST(ShardPlanTest, EveryPartOfEveryModuleBelongsToOneShard) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 10, {});
  std::set<int> used;
  for (const plan::ModuleEstimate& module : Suite()) {
    for (size_t part = 0; part <= plan.Boundaries(module.node_id).size(); ++part) {
      const int shard = plan.ShardOf(module.node_id, part);
      EXPECT_GE(shard, 1);
      EXPECT_LE(shard, 10);
      used.insert(shard);
    }
  }
  EXPECT_EQ(used.size(), 10u);
}

TEST(ShardPlanTest, ShardsTakeAboutEquallyLong) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 10, {});
  const std::vector<double>& seconds = plan.predicted_s();
  const double mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / 10;
  EXPECT_LE(*std::max_element(seconds.begin(), seconds.end()), 1.1 * mean);
}

TEST(ShardPlanTest, AModuleTooLongForOneShardIsCut) {
  const ShardPlan plan = ShardPlan::Make({Module("long.py", 100, 1), Module("short.py", 1, 1)}, 4, {});
  EXPECT_GE(plan.Boundaries("long.py").size(), 3u);
  EXPECT_TRUE(plan.Boundaries("short.py").empty());
}

TEST(ShardPlanTest, OneShardHasEverythingWhole) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 1, {});
  for (const plan::ModuleEstimate& module : Suite()) {
    EXPECT_TRUE(plan.Boundaries(module.node_id).empty());
    EXPECT_EQ(plan.ShardOf(module.node_id, 0), 1);
  }
}

TEST(ShardPlanTest, MoreShardsThanTestsLeavesSomeEmpty) {
  const ShardPlan plan = ShardPlan::Make({Module("a.py", 1, 1)}, 3, {});
  EXPECT_EQ(plan.ShardOf("a.py", 0), 1);
  EXPECT_EQ(plan.predicted_s()[1], 0);
  EXPECT_EQ(ShardPlan::Make({}, 3, {}).modules(), 0u);
}

TEST(ShardPlanTest, WhatIsNotInThePlanBelongsToOneShardByItsName) {
  const ShardPlan one = ShardPlan::Make(Suite(), 10, {});
  const ShardPlan other = ShardPlan::Make({}, 10, {});
  std::set<int> used;
  for (int i = 0; i < 200; ++i) {
    const std::string module = absl::StrCat("generated_", i, ".py");
    EXPECT_EQ(one.ShardOf(module, 0), other.ShardOf(module, 0));
    used.insert(one.ShardOf(module, 0));
  }
  EXPECT_EQ(used.size(), 10u);
}

TEST(ShardPlanTest, TheSameInputGivesTheSameDigest) {
  EXPECT_EQ(ShardPlan::Make(Suite(), 10, {"-k=x"}).digest(), ShardPlan::Make(Suite(), 10, {"-k=x"}).digest());
  EXPECT_NE(ShardPlan::Make(Suite(), 10, {"-k=x"}).digest(), ShardPlan::Make(Suite(), 10, {"-k=y"}).digest());
  EXPECT_NE(ShardPlan::Make(Suite(), 10, {}).digest(), ShardPlan::Make(Suite(), 9, {}).digest());
}

TEST(ShardPlanTest, AFileBringsItBack) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 3, {"tests", "-k=\xC3\xBC"});
  const absl::StatusOr<ShardPlan> read = ShardPlan::FromJson(plan.ToJson());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->ToJson(), plan.ToJson());
  EXPECT_EQ(read->digest(), plan.digest());
  EXPECT_EQ(read->selection(), plan.selection());
  EXPECT_EQ(read->shards(), 3);
}

TEST(ShardPlanTest, WhatIsNoPlanIsRefusedInOneLine) {
  const auto error = [](const std::string& text) { return std::string(ShardPlan::FromJson(text).status().message()); };
  EXPECT_THAT(error(""), HasSubstr("it is no plan"));
  EXPECT_THAT(error("[]"), HasSubstr("it is no plan"));
  EXPECT_THAT(error("{\"fastest_shard_plan\":2}"), HasSubstr("a plan of form 2"));
  EXPECT_THAT(error("{\"fastest_shard_plan\":1,\"shards\":\"x\"}"), HasSubstr("it is damaged"));
  std::string changed = ShardPlan::Make(Suite(), 3, {}).ToJson();
  changed.replace(changed.find("tests/test_7.py"), 15, "tests/test_x.py");
  EXPECT_THAT(error(changed), HasSubstr("its digest does not fit"));
}

}  // namespace
}  // namespace fastest::shards
