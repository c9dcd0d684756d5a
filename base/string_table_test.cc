#include "base/string_table.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(StringTableTest, EqualTextsHaveOneNumber) {
  StringTable table;
  const uint32_t a = table.Intern("a");
  const uint32_t empty = table.Intern("");
  EXPECT_NE(a, empty);
  EXPECT_EQ(table.Intern(std::string("a")), a);
  EXPECT_EQ(table[a], "a");
  EXPECT_EQ(table[empty], "");
  EXPECT_EQ(table.size(), 2u);
}

TEST(StringTableTest, LookingAddsNothing) {
  StringTable table;
  EXPECT_FALSE(table.Find("a").has_value());
  EXPECT_EQ(table.size(), 0u);
  const uint32_t a = table.Intern("a");
  EXPECT_EQ(table.Find("a"), a);
}

TEST(StringTableTest, NumbersStayAsItGrows) {
  StringTable table;
  for (uint32_t i = 0; i < 10000; ++i) ASSERT_EQ(table.Intern(absl::StrCat("tests/test_x.py::test[", i, "]")), i);
  for (uint32_t i = 0; i < 10000; ++i) ASSERT_EQ(table.Find(table[i]), i);
}

}  // namespace
}  // namespace fastest
