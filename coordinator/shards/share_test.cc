#include "coordinator/shards/share.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"

namespace fastest::shards {
namespace {

plan::ModuleEstimate Module(const std::string& name, int tests) {
  plan::ModuleEstimate module;
  module.node_id = name;
  module.ids_exact = true;
  for (int i = 0; i < tests; ++i) module.tests.push_back({absl::StrCat(name, "::test_", i), 1.0});
  return module;
}

// One module long enough to be cut, one that is not.
std::vector<plan::ModuleEstimate> Suite() { return {Module("long.py", 40), Module("short.py", 2)}; }

v1::Collection Collection() {
  v1::Collection collection;
  const auto add = [&](const std::string& module, const std::string& name, const std::string& group = "") {
    v1::CollectedTest* test = collection.add_tests();
    test->set_module(module);
    test->set_node_id(absl::StrCat(module, "::", name));
    test->set_group(group);
  };
  for (int i = 0; i < 40; ++i) add("long.py", absl::StrCat("test_", i));
  add("short.py", "test_0");
  add("short.py", "test_1");
  add("generated.py", "test");
  collection.set_deselected(5);
  return collection;
}

TEST(ShareTest, SharesOfAWholeCollectionAreTheWhole) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 4, {});
  std::multiset<std::string> all;
  uint32_t deselected = 0;
  for (int shard = 1; shard <= 4; ++shard) {
    const v1::Collection mine = Share(plan, shard).Select(Collection());
    for (const v1::CollectedTest& test : mine.tests()) all.insert(test.node_id());
    deselected += mine.deselected();
  }
  std::multiset<std::string> expected;
  const v1::Collection whole = Collection();
  for (const v1::CollectedTest& test : whole.tests()) expected.insert(test.node_id());
  EXPECT_EQ(all, expected);
  EXPECT_EQ(deselected, 5u);
}

TEST(ShareTest, ByModuleAndWholeAgree) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 4, {});
  for (int shard = 1; shard <= 4; ++shard) {
    const Share share(plan, shard);
    std::set<std::string> by_module;
    for (const plan::ModuleEstimate& module : share.Select(Suite())) {
      if (module.boundaries.empty()) {
        for (const plan::TestEstimate& test : module.tests) by_module.insert(test.node_id);
      }
      for (const uint32_t part : module.parts) {
        const auto at = [&](size_t boundary) {
          if (boundary >= module.boundaries.size()) return module.tests.size();
          size_t i = 0;
          while (module.tests[i].node_id != module.boundaries[boundary]) ++i;
          return i;
        };
        for (size_t i = part == 0 ? 0 : at(part - 1); i < at(part); ++i) by_module.insert(module.tests[i].node_id);
      }
    }
    std::set<std::string> whole;
    const v1::Collection mine = share.Select(Collection());
    for (const v1::CollectedTest& test : mine.tests()) {
      if (test.module() != "generated.py") whole.insert(test.node_id());
    }
    EXPECT_EQ(by_module, whole) << shard;
    EXPECT_FALSE(whole.empty()) << shard;
  }
}

TEST(ShareTest, AGroupStaysTogetherWhereItsFirstTestIs) {
  v1::Collection collection = Collection();
  for (const int i : {0, 20, 39, 41}) collection.mutable_tests(i)->set_group("g");
  const ShardPlan plan = ShardPlan::Make(Suite(), 4, {});
  int shards_with_group = 0;
  for (int shard = 1; shard <= 4; ++shard) {
    int of_group = 0;
    const v1::Collection mine = Share(plan, shard).Select(collection);
    for (const v1::CollectedTest& test : mine.tests()) of_group += test.group() == "g" ? 1 : 0;
    if (of_group > 0) ++shards_with_group;
    EXPECT_TRUE(of_group == 0 || of_group == 4) << of_group;
  }
  EXPECT_EQ(shards_with_group, 1);
}

TEST(ShareTest, TheDeselectedOfAModuleAreCountedOnce) {
  const ShardPlan plan = ShardPlan::Make(Suite(), 4, {});
  int counting = 0;
  for (int shard = 1; shard <= 4; ++shard) counting += Share(plan, shard).CountsDeselected("long.py") ? 1 : 0;
  EXPECT_EQ(counting, 1);
  EXPECT_TRUE(Share().CountsDeselected("long.py"));
}

Settled SomeSettled() {
  Settled settled;
  settled.run_ids = {"r1"};
  settled.tests["long.py"] = {{"long.py::test_0", 0}, {"long.py::test_1", 0}};
  settled.tests["short.py"] = {{"short.py::test_0", 0}, {"short.py::test_1", 0}};
  settled.modules = {"short.py"};
  return settled;
}

TEST(ShareTest, WhatIsSettledIsLeftOut) {
  Share share;
  share.Settle(SomeSettled());
  EXPECT_FALSE(share.everything());
  const std::vector<plan::ModuleEstimate> left = share.Select(Suite());
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].node_id, "long.py");
  EXPECT_EQ(left[0].tests.size(), 38u);
  v1::Batch batch;
  batch.set_module("long.py");
  share.Except(&batch);
  ASSERT_EQ(batch.except_size(), 2);
  EXPECT_EQ(batch.except(1).node_id(), "long.py::test_1");
  EXPECT_EQ(share.Select(Collection()).tests_size(), 39);
}

TEST(ShareTest, TestsThatShareAnIdAreRunAgainTogether) {
  v1::Collection collection;
  for (int i = 0; i < 2; ++i) {
    v1::CollectedTest* test = collection.add_tests();
    test->set_module("a.py");
    test->set_node_id("a.py::same");
  }
  Settled settled;
  settled.run_ids = {"r1"};
  settled.tests["a.py"] = {{"a.py::same", 0}};
  Share share;
  share.Settle(settled);
  EXPECT_EQ(share.Select(collection).tests_size(), 2);
  settled.tests["a.py"].emplace("a.py::same", 1);
  share.Settle(settled);
  EXPECT_EQ(share.Select(collection).tests_size(), 0);
}

}  // namespace
}  // namespace fastest::shards
