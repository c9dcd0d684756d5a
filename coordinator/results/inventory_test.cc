#include "coordinator/results/inventory.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fastest::results {
namespace {

v1::TestRef Ref(const std::string& node_id, uint32_t index = 0) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  ref.set_index(index);
  return ref;
}

class InventoryTest : public testing::Test {
 protected:
  explicit InventoryTest(bool is_part = false) : inventory_(names_, is_part) {}

  // The lease of a module, or of a part of it.
  static v1::Lease Granted(uint64_t id, const std::string& module, int part = -1) {
    v1::Lease lease;
    lease.set_id(id);
    lease.mutable_batch()->set_module(module);
    if (part < 0) return lease;
    lease.mutable_batch()->add_boundaries(module + "::boundary");
    lease.mutable_batch()->set_part(static_cast<uint32_t>(part));
    return lease;
  }

  static v1::WorkerMessage::Collected Collected(uint64_t lease, const std::vector<std::string>& ids,
                                                uint32_t selected = 0, uint32_t deselected = 0) {
    v1::WorkerMessage::Collected collected;
    collected.set_lease_id(lease);
    for (const std::string& id : ids) *collected.add_tests() = Ref(id);
    collected.set_module_selected(selected);
    collected.set_module_deselected(deselected);
    return collected;
  }

  // How many tests the module is then expected to have.
  int Add(const v1::WorkerMessage::Collected& collected, bool counts_deselected = true) {
    const Lease* const lease = inventory_.Open(collected);
    return lease == nullptr ? -1 : inventory_.Add(*lease, collected, counts_deselected);
  }

  StringTable names_;
  Inventory inventory_;
};

class PartInventoryTest : public InventoryTest {
 protected:
  PartInventoryTest() : InventoryTest(true) {}
};

TEST_F(InventoryTest, ALeasesTestsAreKnownOnceUntilItIsDone) {
  EXPECT_FALSE(inventory_.any_granted());
  inventory_.Grant(Granted(1, "a.py"));
  EXPECT_TRUE(inventory_.any_granted());
  const Lease* lease = inventory_.Open(Collected(1, {"a.py::x", "a.py::y"}));
  ASSERT_NE(lease, nullptr);
  EXPECT_EQ(lease->module, "a.py");
  EXPECT_EQ(inventory_.Open(Collected(1, {"a.py::z"})), nullptr) << "a repetition";
  ASSERT_EQ(inventory_.Find(1)->tests.size(), 2u);
  EXPECT_EQ(inventory_.Find(1)->tests[1].node_id(), "a.py::y");
  inventory_.Finish(1);
  EXPECT_EQ(inventory_.Find(1)->tests.size(), 0u);
  EXPECT_EQ(inventory_.Find(1)->module, "a.py");
}

TEST_F(InventoryTest, ALeaseThatWasNotGrantedIsNotThere) {
  EXPECT_EQ(inventory_.Find(1), nullptr);
  EXPECT_EQ(inventory_.Open(Collected(1, {"a.py::x"})), nullptr);
  inventory_.Finish(1);
  EXPECT_FALSE(inventory_.any_granted());
}

TEST_F(InventoryTest, PartsAndRestsAreToldApart) {
  inventory_.Grant(Granted(1, "a.py", 1));
  EXPECT_TRUE(inventory_.Find(1)->split);
  EXPECT_FALSE(inventory_.Find(1)->rest);
  EXPECT_EQ(inventory_.Find(1)->part, 1u);
  v1::Lease rest = Granted(2, "a.py");
  rest.mutable_batch()->add_tests()->set_node_id("a.py::y");
  inventory_.Grant(rest);
  EXPECT_FALSE(inventory_.Find(2)->split);
  EXPECT_TRUE(inventory_.Find(2)->rest);
}

TEST_F(InventoryTest, ListedTestsHaveTheirPlaceInTheWholeRun) {
  inventory_.List(Ref("a.py::x"));
  inventory_.List(Ref("a.py::x", 1));
  inventory_.List(Ref("b.py::x"));
  inventory_.List(Ref("a.py::x"));
  EXPECT_EQ(inventory_.known(), 3);
  EXPECT_EQ(inventory_.PositionOf(Ref("a.py::x", 1)), 1);
  EXPECT_EQ(inventory_.PositionOf(Ref("b.py::x")), 2);
}

TEST_F(InventoryTest, ATestThatNobodyCollectedIsNotKnownByAskingForIt) {
  EXPECT_EQ(inventory_.PositionOf(Ref("a.py::stranger")), 0);
  EXPECT_EQ(inventory_.known(), 0);
}

TEST_F(InventoryTest, AllIsAddedWithTheLastBatch) {
  inventory_.Await(2);
  inventory_.Grant(Granted(1, "a.py"));
  inventory_.Grant(Granted(2, "b.py"));
  EXPECT_EQ(Add(Collected(1, {"a.py::x", "a.py::y"}, 2)), 2);
  EXPECT_FALSE(inventory_.all_added());
  EXPECT_EQ(Add(Collected(2, {}, 0, 1)), 0);
  EXPECT_TRUE(inventory_.all_added());
  EXPECT_EQ(inventory_.known(), 2);
  EXPECT_EQ(inventory_.PositionOf(Ref("a.py::y")), 1);
}

TEST_F(InventoryTest, ASplitModuleIsExpectedWholeAndItsDeselectedTestsCountOnce) {
  inventory_.Await(2);
  inventory_.Grant(Granted(1, "a.py", 1));
  inventory_.Grant(Granted(2, "a.py", 0));
  EXPECT_EQ(Add(Collected(1, {"a.py::z"}, 3, 4)), 3);
  EXPECT_EQ(Add(Collected(2, {"a.py::x", "a.py::y"}, 3, 4)), 3);
  EXPECT_EQ(inventory_.deselected(), 4);
  EXPECT_LT(inventory_.PositionOf(Ref("a.py::y")), inventory_.PositionOf(Ref("a.py::z")));
}

TEST_F(PartInventoryTest, OnlyWhatItsOwnLeasesNameIsExpected) {
  inventory_.Await(2);
  inventory_.Grant(Granted(1, "a.py", 0));
  inventory_.Grant(Granted(2, "a.py", 2));
  EXPECT_EQ(Add(Collected(1, {"a.py::x"}, 9, 4), false), 1);
  EXPECT_EQ(Add(Collected(2, {"a.py::y", "a.py::z"}, 9, 4), false), 3);
  EXPECT_EQ(inventory_.deselected(), 0) << "another part counts them";
}

TEST_F(InventoryTest, TheFirstWorkerThatWarnsOfAModuleIsTheOne) {
  EXPECT_TRUE(inventory_.IsWarner("a.py", "gw1"));
  EXPECT_FALSE(inventory_.IsWarner("a.py", "gw0"));
  EXPECT_TRUE(inventory_.IsWarner("a.py", "gw1"));
  EXPECT_TRUE(inventory_.IsWarner("b.py", "gw0"));
}

}  // namespace
}  // namespace fastest::results
