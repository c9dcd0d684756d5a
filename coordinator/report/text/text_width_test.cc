#include "coordinator/report/text/text_width.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(TextWidthTest, CountsCodePointsAndColumns) {
  EXPECT_EQ(CodePoints("abc"), 3u);
  EXPECT_EQ(CodePoints("日本é"), 3u);
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("日本é"), 5);
  // A combining accent, and a space of no width.
  EXPECT_EQ(DisplayWidth("e\xCC\x81\xE2\x80\x8B"), 1);
  EXPECT_EQ(DisplayWidth("a\x1b[0m"), -1);
  EXPECT_EQ(DisplayWidth("\xC2\x85"), -1);
}

TEST(TextWidthTest, BytesThatAreNotUtf8CountOneByOne) {
  EXPECT_EQ(CodePoints("\xFF\xC3("), 3u);
  EXPECT_EQ(DisplayWidth("\xFF\xC3("), 3);
  EXPECT_EQ(CodePoints("\xE6\x97"), 2u);
  EXPECT_FALSE(Decode("\xF8\x80").valid);
  EXPECT_EQ(Decode("\xF8\x80").value, 0xF8u);
}

TEST(TextWidthTest, FirstCodePointsNeverCutsOne) {
  EXPECT_EQ(FirstCodePoints("日本", 1), "日");
  EXPECT_EQ(FirstCodePoints("ab", 5), "ab");
  EXPECT_EQ(FirstCodePoints("ab", 0), "");
}

TEST(TextWidthTest, MessagesAreCutToFit) {
  EXPECT_THAT(FitMessage(" - ", "short", "", 20), Optional(std::string(" - short")));
  EXPECT_THAT(FitMessage(" (", "one line\nand more", ")", 20), Optional(std::string(" (one line)")));
  EXPECT_THAT(FitMessage(" - ", "0123456789", "", 12), Optional(std::string(" - 012345...")));
  EXPECT_THAT(FitMessage(" - ", "日本日本日本", "", 12), Optional(std::string(" - 日本日...")));
  EXPECT_THAT(FitMessage(" - ", "0123456789", "", 6), Optional(std::string(" - ...")));
  EXPECT_EQ(FitMessage(" - ", "0123456789", "", 5), std::nullopt);
}

TEST(TextWidthTest, PadsOnTheLeft) {
  EXPECT_EQ(PadLeft("5%", 4), "  5%");
  EXPECT_EQ(PadLeft("日", 3), "  日");
  EXPECT_EQ(PadLeft("too long", 3), "too long");
  EXPECT_EQ(PadLeft("x", -2), "x");
}

TEST(TextWidthTest, WrapsWordsAfterWhatStandsThere) {
  EXPECT_EQ(WrapWords(" (a b)", 4, 20), " (a b)");
  EXPECT_EQ(WrapWords(" (some words)", 10, 18), " (some\nwords)");
  EXPECT_EQ(WrapWords("abcdefgh", 0, 3), "abc\ndef\ngh");
  EXPECT_EQ(WrapWords("ab", 9, 3), "\nab");
  EXPECT_EQ(WrapWords("", 9, 3), "");
}

TEST(TextWidthTest, SplitsLinesOfAllEnds) {
  EXPECT_THAT(SplitLines("a\nb\r\nc\rd"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(SplitLines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(SplitLines(""), IsEmpty());
}

TEST(TextWidthTest, StripsEnds) {
  EXPECT_EQ(StripRight("a b \n\t"), "a b");
  EXPECT_EQ(StripRight(" \n"), "");
  EXPECT_EQ(WithoutPrefix("Skipped: x", "Skipped: "), "x");
  EXPECT_EQ(WithoutPrefix("x", "Skipped: "), "x");
}

}  // namespace
}  // namespace fastest::report
