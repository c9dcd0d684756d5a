#include "coordinator/plan/planned_names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::plan {
namespace {

using testing::ElementsAre;

TEST(PlannedNamesTest, TestsThatAreKnownAreNamed) {
  WholeTest test;
  test.ref.set_node_id("a.py::test_x");
  EXPECT_THAT(PlannedNames({test}, {"a.py"}, {}), ElementsAre("a.py::test_x"));
}

TEST(PlannedNamesTest, AModuleStandsForTestsWithoutNames) {
  EXPECT_THAT(PlannedNames({}, {"a.py", "b.py"}, {{"b.py", {"b.py::test_1", "b.py::test_2"}}}),
              ElementsAre("a.py", "b.py::test_1", "b.py::test_2"));
}

}  // namespace
}  // namespace fastest::plan
