#include "coordinator/discovery/project/pattern.h"

#include <string>

#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

struct Case {
  const char* name;
  const char* pattern;
  bool matches;
};

// Each case was tried with Python's fnmatch.fnmatchcase.
TEST(MatchesPattern, SaysWhatPythonSays) {
  const Case cases[] = {
      {"test_a.py", "test_*.py", true},
      {"test_a.pyc", "test_*.py", false},
      {"a_test.py", "*_test.py", true},
      {"", "*", true},
      {"", "", true},
      {"a", "", false},
      {"abc", "a?c", true},
      {"a\xc3\xa9"
       "c",
       "a?c", true},
      {"a/b", "a*b", true},
      {"abc", "a[bx]c", true},
      {"abc", "a[!b]c", false},
      {"a]c", "a[]]c", true},
      {"a^c", "a[^]c", true},
      {"amc", "a[a-z]c", true},
      {"a-c", "a[a-]c", true},
      {"a[c", "a[c", true},
      {"{arch}", "{arch}", true},
      {"aXbXc", "*X*X*", true},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*a*a*c", false},
      {".git", ".*", true},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(MatchesPattern(test.name, test.pattern), test.matches) << test.name << " " << test.pattern;
  }
}

TEST(PathMatchesPattern, ComparesTheNameUnlessThePatternHasASlash) {
  EXPECT_TRUE(PathMatchesPattern("/p/build", "build"));
  EXPECT_FALSE(PathMatchesPattern("/p/build/x", "build"));
  EXPECT_TRUE(PathMatchesPattern("/p/tests/deep/build", "tests/*/build"));
  EXPECT_TRUE(PathMatchesPattern("/p/build", "/p/*"));
  EXPECT_FALSE(PathMatchesPattern("/p/build", "/q/*"));
}

TEST(NameMatchesOption, TakesPrefixesAndPatterns) {
  EXPECT_TRUE(NameMatchesOption("testing", {"test"}));
  EXPECT_FALSE(NameMatchesOption("my_test", {"test"}));
  EXPECT_TRUE(NameMatchesOption("my_test", {"check", "*_test"}));
  EXPECT_TRUE(NameMatchesOption("anything", {""}));
  EXPECT_FALSE(NameMatchesOption("anything", {}));
}

}  // namespace
}  // namespace fastest::discovery
