#include "base/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fastest {
namespace {

// The expected words are those of Python's shlex.split.
TEST(SplitShellWordsTest, AsShlex) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"", {}},
      {"  \t\n ", {}},
      {"-q  -k 'a and b' --tb=short", {"-q", "-k", "a and b", "--tb=short"}},
      {"-m \"not slow\"", {"-m", "not slow"}},
      {"'' \"\"", {"", ""}},
      {"a'b c'd", {"ab cd"}},
      {"a\\ b", {"a b"}},
      {"\"a\\\"b\\\\c\\d\"", {"a\"b\\c\\d"}},
      {"'a\\b'", {"a\\b"}},
      {"-p no:x # no comment", {"-p", "no:x", "#", "no", "comment"}},
  };
  for (const auto& [line, words] : cases) {
    const auto split = SplitShellWords(line);
    ASSERT_TRUE(split.ok()) << line;
    EXPECT_EQ(*split, words) << line;
  }
}

TEST(SplitShellWordsTest, NamesWhatIsWrong) {
  EXPECT_THAT(std::string(SplitShellWords("-k 'a").status().message()), testing::HasSubstr("quotation mark"));
  EXPECT_THAT(std::string(SplitShellWords("a\\").status().message()), testing::HasSubstr("backslash"));
}

TEST(QuoteForShellTest, IsReadBackAsTheSameWord) {
  EXPECT_EQ(QuoteForShell("tests/test_a.py::test_x"), "tests/test_a.py::test_x");
  EXPECT_EQ(QuoteForShell("t.py::test[a b]"), "'t.py::test[a b]'");
  for (const std::string word : {"", "it's", "''", "a\nb", "$HOME", "test[\\]", "é"}) {
    const auto split = SplitShellWords("x " + QuoteForShell(word));
    ASSERT_TRUE(split.ok()) << word;
    EXPECT_THAT(*split, testing::ElementsAre("x", word));
  }
}

}  // namespace
}  // namespace fastest
