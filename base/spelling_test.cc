#include "base/spelling.h"

#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(NearestSpellingTest, IsNearOrNothing) {
  EXPECT_EQ(NearestSpelling("workrs", {"agents", "workers", "worker"}), "workers");
  EXPECT_EQ(NearestSpelling("workers", {"agents", "workers"}), "");
  EXPECT_EQ(NearestSpelling("something", {"agents", "workers"}), "");
  EXPECT_EQ(NearestSpelling("tests_a.py", {"test_b.py", "test_a.py"}), "test_a.py");
  EXPECT_EQ(NearestSpelling("unti", {"unit"}), "unit");
  EXPECT_EQ(NearestSpelling("", {"a"}), "a");
  EXPECT_EQ(NearestSpelling("x", {}), "");
  // The letters that all have in common make no word alike.
  EXPECT_EQ(NearestSpelling("FASTEST_ABCD", {"FASTEST_WXYZ"}, 8), "");
  EXPECT_EQ(NearestSpelling("FASTEST_WORKER", {"FASTEST_WORKERS"}, 8), "FASTEST_WORKERS");
}

}  // namespace
}  // namespace fastest
