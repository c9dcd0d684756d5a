#include "coordinator/discovery/rules/test_selection.h"

#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

TEST(TestSelection, AnExpressionThatIsNoneSelectsNothingOutAndSaysSo) {
  const TestSelection keywords("", "a and and b");
  EXPECT_FALSE(keywords.has_keywords());
  EXPECT_EQ(keywords.open_reason(), "-k a and and b is left to pytest");
  EXPECT_TRUE(keywords.TakesKeywords("test_a.py::test_x", {}, nullptr));
  const TestSelection marks("a b", "");
  EXPECT_FALSE(marks.has_marks());
  EXPECT_EQ(marks.open_reason(), "-m a b is left to pytest");
}

TEST(TestSelection, KeywordsLookAtPathNamesAndMarks) {
  const TestSelection selection("", "unit and not slow");
  Marks slow;
  slow.names = {"slow"};
  EXPECT_TRUE(selection.open_reason().empty());
  EXPECT_TRUE(selection.TakesKeywords("unit/test_a.py::test_x", {}, nullptr));
  EXPECT_TRUE(selection.TakesKeywords("test_a.py::TestUnit::test_x", {}, nullptr));
  EXPECT_FALSE(selection.TakesKeywords("test_a.py::test_x", {}, nullptr));
  EXPECT_FALSE(selection.TakesKeywords("unit/test_a.py::test_x", {}, &slow));
  EXPECT_FALSE(selection.TakesKeywords("unit/test_a.py::test_x", {&slow}, nullptr));
}

}  // namespace
}  // namespace fastest::discovery
