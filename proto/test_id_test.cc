#include "proto/test_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/hash/hash_testing.h"

namespace fastest {
namespace {

TEST(TestIdTest, IsOrderedByNodeIdThenIndex) {
  const std::set<TestId> ids = {{"b", 0}, {"a", 1}, {"a", 0}};
  EXPECT_THAT(ids, testing::ElementsAre(TestId("a", 0), TestId("a", 1), TestId("b", 0)));
}

TEST(TestIdTest, HashesAgreeWithEquality) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly({TestId(), TestId("a", 0), TestId("a", 1), TestId("b", 0)}));
}

TEST(TestIdTest, SurvivesItsMessage) {
  const TestId id("test_a.py::test_x", 2);
  EXPECT_EQ(TestId(id.ref()), id);
}

TEST(TestIdTest, AModuleEndsAtTheFirstSeparator) {
  EXPECT_EQ(ModuleOf("d/test_a.py::TestB::test_c"), "d/test_a.py");
  EXPECT_EQ(ModuleOf("d/test_a.py"), "d/test_a.py");
  EXPECT_EQ(ModuleOf("test_a.py::test_x[b::c]"), "test_a.py");
  EXPECT_EQ(ModuleOf(""), "");
}

TEST(TestIdTest, ParametersKeepTheirColons) {
  EXPECT_EQ(SpelledDomain("test_a.py::TestB::test_c[x::y]"), "TestB.test_c[x::y]");
  EXPECT_EQ(SpelledDomain("test_a.py::test_x"), "test_x");
  EXPECT_EQ(SpelledDomain("test_a.py"), "");
  EXPECT_EQ(SpelledDomain("test_a.py::"), "");
}

TEST(TestIdTest, ASpelledPlaceIsPathLineAndDomain) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id("d/test_a.py::TestB::test_c");
  SetSpelledPlace(7, &result);
  EXPECT_EQ(result.location_path(), "d/test_a.py");
  EXPECT_EQ(result.location_line(), 7);
  EXPECT_EQ(result.domain(), "TestB.test_c");
}

}  // namespace
}  // namespace fastest
