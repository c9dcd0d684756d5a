#include "coordinator/results/passed_result.h"

#include "gtest/gtest.h"

namespace fastest::results {
namespace {

v1::WorkerMessage::Passed Passed() {
  v1::WorkerMessage::Passed passed;
  passed.set_lease_id(7);
  passed.set_position(1);
  passed.set_start(100.5);
  passed.set_setup_ns(500000000);
  passed.set_call_ns(250000000);
  passed.set_teardown_ns(1);
  passed.set_line(12);
  return passed;
}

TEST(PassedResult, IsWhole) {
  v1::TestRef ref;
  ref.set_node_id("a/test_a.py::TestA::TestB::test_2[x::y.z]");
  ref.set_index(1);
  const v1::TestResult result = PassedResult(Passed(), ref);
  EXPECT_EQ(result.lease_id(), 7u);
  EXPECT_EQ(result.ref().node_id(), "a/test_a.py::TestA::TestB::test_2[x::y.z]");
  EXPECT_EQ(result.ref().index(), 1u);
  EXPECT_EQ(result.outcome(), v1::PASSED);
  EXPECT_EQ(result.engine(), v1::ENGINE_DIRECT);
  EXPECT_EQ(result.location_path(), "a/test_a.py");
  EXPECT_EQ(result.location_line(), 12);
  EXPECT_EQ(result.domain(), "TestA.TestB.test_2[x::y.z]");
  ASSERT_EQ(result.phases_size(), 3);
  EXPECT_EQ(result.phases(0).when(), "setup");
  EXPECT_DOUBLE_EQ(result.phases(0).start(), 100.5);
  EXPECT_DOUBLE_EQ(result.phases(0).duration_s(), 0.5);
  EXPECT_EQ(result.phases(1).when(), "call");
  EXPECT_DOUBLE_EQ(result.phases(1).start(), 101);
  EXPECT_DOUBLE_EQ(result.phases(1).duration_s(), 0.25);
  EXPECT_EQ(result.phases(2).when(), "teardown");
  EXPECT_DOUBLE_EQ(result.phases(2).start(), 101.25);
  EXPECT_DOUBLE_EQ(result.phases(2).duration_s(), 1e-9);
}

}  // namespace
}  // namespace fastest::results
