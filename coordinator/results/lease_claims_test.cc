#include "coordinator/results/lease_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fastest::results {
namespace {

using ::testing::HasSubstr;

v1::Lease LeaseOf(uint64_t id, const std::string& module, const std::vector<std::string>& tests = {}) {
  v1::Lease lease;
  lease.set_id(id);
  lease.mutable_batch()->set_module(module);
  for (const std::string& test : tests) lease.mutable_batch()->add_tests()->set_node_id(test);
  return lease;
}

v1::WorkerMessage CollectedOf(uint64_t lease_id, const std::vector<std::string>& tests) {
  v1::WorkerMessage message;
  message.mutable_collected()->set_lease_id(lease_id);
  for (const std::string& test : tests) message.mutable_collected()->add_tests()->set_node_id(test);
  return message;
}

v1::WorkerMessage ResultOf(uint64_t lease_id, const std::string& test, uint32_t index = 0) {
  v1::WorkerMessage message;
  v1::TestResult* result = message.mutable_progress()->add_results();
  result->set_lease_id(lease_id);
  result->mutable_ref()->set_node_id(test);
  result->mutable_ref()->set_index(index);
  return message;
}

// Lease 1 of a.py is with slot 0 of agent 7, lease 2 of b.py with slot 1 of agent 7, lease 3 of c.py with agent 8.
class LeaseClaimsTest : public testing::Test {
 protected:
  LeaseClaimsTest() {
    claims_.SetModules({"a.py", "b.py", "c.py"});
    Grant(LeaseOf(1, "a.py"), 7, 0);
    Grant(LeaseOf(2, "b.py"), 7, 1);
    Grant(LeaseOf(3, "c.py"), 8, 0);
  }
  void Grant(const v1::Lease& lease, int agent, uint32_t slot) {
    inventory_.Grant(lease);
    claims_.Grant(lease, agent, slot);
  }
  // Says it, and enters what it says.
  std::string Say(int agent, uint32_t slot, const v1::WorkerMessage& message) {
    std::string why = claims_.WhyNot(agent, slot, message);
    if (why.empty() && message.has_collected()) inventory_.Open(message.collected());
    return why;
  }

  StringTable names_;
  Inventory inventory_{names_, false};
  LeaseClaims claims_{inventory_};
};

TEST_F(LeaseClaimsTest, TheHolderMaySpeak) {
  EXPECT_EQ(Say(7, 0, CollectedOf(1, {"a.py::x", "a.py::y", "a.py::z"})), "");
  EXPECT_EQ(Say(7, 0, ResultOf(1, "a.py::x")), "");
  // Out of order, and a second time.
  EXPECT_EQ(Say(7, 0, ResultOf(1, "a.py::z")), "");
  EXPECT_EQ(Say(7, 0, ResultOf(1, "a.py::y")), "");
  EXPECT_EQ(Say(7, 0, ResultOf(1, "a.py::x")), "");
  v1::WorkerMessage done;
  done.mutable_lease_done()->set_lease_id(1);
  EXPECT_EQ(Say(7, 0, done), "");
  v1::WorkerMessage returned;
  returned.mutable_returned()->set_lease_id(1);
  EXPECT_EQ(Say(7, 0, returned), "");
}

TEST_F(LeaseClaimsTest, NobodyElseMay) {
  ASSERT_EQ(Say(7, 0, CollectedOf(1, {"a.py::x"})), "");
  std::vector<v1::WorkerMessage> messages = {CollectedOf(1, {"a.py::x"}), ResultOf(1, "a.py::x")};
  messages.emplace_back().mutable_progress()->add_passed()->set_lease_id(1);
  messages.emplace_back().mutable_progress()->set_started_lease_id(1);
  messages.back().mutable_progress()->mutable_started()->set_node_id("a.py::x");
  messages.emplace_back().mutable_lease_done()->set_lease_id(1);
  messages.emplace_back().mutable_returned()->set_lease_id(1);
  for (const v1::WorkerMessage& message : messages) {
    // Another slot of the same agent, and another agent.
    EXPECT_EQ(Say(7, 1, message), "it spoke of lease 1, which it does not hold") << message.DebugString();
    EXPECT_EQ(Say(8, 0, message), "it spoke of lease 1, which it does not hold") << message.DebugString();
    EXPECT_EQ(Say(7, 0, message), "") << message.DebugString();
  }
  EXPECT_EQ(Say(7, 0, ResultOf(99, "a.py::x")), "it spoke of lease 99, which it does not hold");
}

TEST_F(LeaseClaimsTest, ALeaseGivesNoRightToOtherTests) {
  EXPECT_EQ(Say(8, 0, ResultOf(3, "c.py::x")), "it reported c.py::x, which is not in its lease 3");
  ASSERT_EQ(Say(8, 0, CollectedOf(3, {"c.py::x"})), "");
  EXPECT_EQ(Say(8, 0, ResultOf(3, "a.py::x")), "it reported a.py::x, which is not in its lease 3");
  EXPECT_EQ(Say(8, 0, ResultOf(3, "c.py::x", 1)), "it reported c.py::x, which is not in its lease 3");
  EXPECT_EQ(Say(8, 0, ResultOf(3, "c.py::x")), "");
}

TEST_F(LeaseClaimsTest, NobodyCollectsTheTestsOfOtherFiles) {
  EXPECT_EQ(Say(8, 0, CollectedOf(3, {"c.py::x", "a.py::x"})), "it collected a.py::x, which is not in its lease 3");
  // A collector may call its tests as it likes.
  EXPECT_EQ(Say(8, 0, CollectedOf(3, {"c.py::x", "spec.yaml::y"})), "");
}

TEST_F(LeaseClaimsTest, ALeaseThatNamesItsTestsHoldsThese) {
  Grant(LeaseOf(4, "", {"a.py::x", "b.py::y"}), 8, 0);
  EXPECT_THAT(claims_.WhyNot(8, 0, CollectedOf(4, {"a.py::x", "b.py::other"})), HasSubstr("collected b.py::other"));
  Grant(LeaseOf(5, "", {"a.py::x", "b.py::y"}), 8, 0);
  EXPECT_EQ(Say(8, 0, CollectedOf(5, {"b.py::y"})), "");
}

}  // namespace
}  // namespace fastest::results
