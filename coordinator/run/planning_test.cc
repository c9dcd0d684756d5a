#include "coordinator/run/planning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto/test_id.h"

namespace fastest::run {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::Collection ByModule(const std::vector<std::string>& modules) {
  v1::Collection collection;
  collection.set_mode(v1::BY_MODULE);
  for (const std::string& module : modules) collection.add_modules(module);
  return collection;
}

v1::Collection Whole(const std::vector<std::string>& ids) {
  v1::Collection collection;
  collection.set_mode(v1::WHOLE);
  for (const std::string& id : ids) {
    v1::CollectedTest* test = collection.add_tests();
    test->set_node_id(id);
    test->set_module(std::string(ModuleOf(id)));
  }
  return collection;
}

// Discovery holds the tests of each for exact.
Estimates Found(const std::vector<std::pair<std::string, std::vector<std::string>>>& modules) {
  discovery::Discovery found;
  for (const auto& [name, ids] : modules) {
    discovery::FoundModule& module = found.modules.emplace_back();
    module.node_id = name;
    for (const std::string& id : ids) {
      discovery::FoundTest& test = module.tests.emplace_back();
      test.node_id = id;
      test.exact = true;
      test.count = 1;
    }
  }
  return Estimates(std::move(found), {});
}

std::vector<std::string> BatchModules(const plan::Plan& plan) {
  std::vector<std::string> modules;
  for (const plan::PlannedBatch& planned : plan.batches) modules.push_back(planned.batch.module());
  return modules;
}

std::vector<std::string> Ids(const PlannedWork& work) {
  std::vector<std::string> ids;
  for (const plan::WholeTest& test : work.tests) {
    ids.push_back(test.ref.node_id() + " " + std::to_string(test.ref.index()));
  }
  return ids;
}

TEST(PlanningTest, ByModuleTheTestsAreNotKnownYet) {
  RunOptions options;
  options.slots = 2;
  const Estimates estimates = Found({{"a.py", {"a.py::x", "a.py::y"}}, {"b.py", {"b.py::x"}}});
  const PlannedWork work = PlanWork(options, estimates, ByModule({"b.py", "a.py"}));
  EXPECT_THAT(work.tests, IsEmpty());
  EXPECT_THAT(work.module_order, ElementsAre("b.py", "a.py"));
  EXPECT_THAT(BatchModules(work.plan), UnorderedElementsAre("a.py", "b.py"));
  EXPECT_THAT(work.exact_modules, ElementsAre("b.py", "a.py"));
  EXPECT_EQ(work.expected, 3);
}

TEST(PlanningTest, AModuleThatDiscoveryDoesNotKnowIsNotExact) {
  RunOptions options;
  options.slots = 2;
  EXPECT_THAT(PlanWork(options, Estimates(), ByModule({"a.py"})).exact_modules, IsEmpty());
}

TEST(PlanningTest, ASingleSlotKeepsPytestsOrder) {
  RunOptions options;
  options.slots = 1;
  const PlannedWork work = PlanWork(options, Estimates(), ByModule({"b.py", "a.py"}));
  EXPECT_THAT(BatchModules(work.plan), ElementsAre("b.py", "a.py"));
}

TEST(PlanningTest, ModulesThatWorkersHaveLeftOutAreNotPlanned) {
  RunOptions options;
  options.slots = 2;
  v1::Collection collection = ByModule({"a.py", "b.py"});
  collection.add_native("a.py");
  const PlannedWork work = PlanWork(options, Estimates(), collection);
  EXPECT_THAT(BatchModules(work.plan), ElementsAre("b.py"));
  EXPECT_THAT(work.module_order, ElementsAre("a.py", "b.py"));
}

TEST(PlanningTest, SettledTestsAreNeitherExpectedNorHeldForExact) {
  RunOptions options;
  options.slots = 2;
  shards::Settled settled;
  settled.run_ids = {"r0"};
  settled.tests["a.py"] = {TestId("a.py::x", 0)};
  options.share.Settle(settled);
  const Estimates estimates = Found({{"a.py", {"a.py::x", "a.py::y"}}, {"b.py", {"b.py::x"}}});
  const PlannedWork work = PlanWork(options, estimates, ByModule({"a.py", "b.py"}));
  EXPECT_THAT(work.exact_modules, ElementsAre("b.py"));
  EXPECT_EQ(work.expected, static_cast<int>(work.plan.tests));
  int settled_tests = 0;
  for (const plan::PlannedBatch& planned : work.plan.batches) settled_tests += planned.batch.except_size();
  EXPECT_EQ(settled_tests, 1);
}

TEST(PlanningTest, AWholeCollectionIsListedWithTheIndexOfEachDuplicate) {
  RunOptions options;
  options.slots = 1;
  const PlannedWork work = PlanWork(options, Estimates(), Whole({"b.py::x", "a.py::x", "a.py::x", "b.py::y"}));
  EXPECT_THAT(Ids(work), ElementsAre("b.py::x 0", "a.py::x 0", "a.py::x 1", "b.py::y 0"));
  EXPECT_THAT(work.module_order, ElementsAre("b.py", "a.py"));
  EXPECT_EQ(work.expected, 4);
}

TEST(PlanningTest, ASequenceIsPlannedInPlaceOfTheCollection) {
  RunOptions options;
  options.slots = 1;
  isolation::Sequence sequence;
  for (const char* id : {"b.py::y", "a.py::x", "b.py::x"}) sequence.tests.emplace_back().set_node_id(id);
  options.sequence = std::move(sequence);
  EXPECT_TRUE(KnowsTests(options, v1::BY_MODULE));
  const PlannedWork work = PlanWork(options, Estimates(), ByModule({"a.py", "b.py", "c.py"}));
  EXPECT_THAT(Ids(work), ElementsAre("b.py::y 0", "a.py::x 0", "b.py::x 0"));
  EXPECT_THAT(BatchModules(work.plan), ElementsAre("b.py", "a.py", "b.py"));
}

}  // namespace
}  // namespace fastest::run
