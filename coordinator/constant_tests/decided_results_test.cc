#include "coordinator/constant_tests/decided_results.h"

#include <gtest/gtest.h>

namespace fastest::constant_tests {
namespace {

TEST(DecidedResultsTest, EveryTestHasAPassAtItsPlace) {
  Module decided;
  decided.tests = {{"test_a", 3, 0.25}, {"TestB::test_b", 7, 0.5}};
  const DecidedResults all = ResultsOf("a.py", decided, 1000);
  EXPECT_EQ(all.collected.module_selected(), 2u);
  ASSERT_EQ(all.collected.tests_size(), 2);
  ASSERT_EQ(all.results.size(), 2u);
  EXPECT_EQ(all.collected.tests(1).node_id(), "a.py::TestB::test_b");
  const v1::TestResult& result = all.results[1];
  EXPECT_EQ(result.ref().node_id(), "a.py::TestB::test_b");
  EXPECT_EQ(result.outcome(), v1::PASSED);
  EXPECT_EQ(result.engine(), v1::ENGINE_NATIVE);
  EXPECT_EQ(result.location_path(), "a.py");
  EXPECT_EQ(result.location_line(), 7);
  EXPECT_EQ(result.domain(), "TestB.test_b");
  ASSERT_EQ(result.phases_size(), 3);
  EXPECT_EQ(result.phases(1).when(), "call");
  EXPECT_DOUBLE_EQ(result.phases(1).duration_s(), 0.5);
  EXPECT_DOUBLE_EQ(result.phases(0).duration_s(), 0);
  EXPECT_DOUBLE_EQ(result.stages().reported(), 1000);
}

TEST(DecidedResultsTest, AModuleWithoutTestsHasNone) {
  const DecidedResults all = ResultsOf("a.py", {}, 1000);
  EXPECT_EQ(all.collected.tests_size(), 0);
  EXPECT_TRUE(all.results.empty());
}

}  // namespace
}  // namespace fastest::constant_tests
