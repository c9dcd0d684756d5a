#include "coordinator/report/text/terminal_text.h"

#include <gtest/gtest.h>

#include <sstream>

namespace fastest::report {
namespace {

class TerminalTextTest : public testing::Test {
 protected:
  std::ostringstream out_;
  TerminalText plain_{out_, /*color=*/false, /*columns=*/20};
  TerminalText colored_{out_, /*color=*/true, /*columns=*/20};
};

TEST_F(TerminalTextTest, RulesFillTheWidth) {
  plain_.Rule('=', "odd");
  plain_.Rule('=', "even");
  plain_.Rule('-', "a title that is wider than the page");
  EXPECT_EQ(out_.str(), "======= odd ========\n======= even =======\n- a title that is wider than the page -\n");
}

TEST_F(TerminalTextTest, RulesBeginALine) {
  plain_.Write("open");
  plain_.Rule('=', "x");
  plain_.Rule('=', "y");
  EXPECT_EQ(out_.str(), "open\n======== x =========\n======== y =========\n");
}

TEST_F(TerminalTextTest, StylesOnlyWhereThereIsColor) {
  plain_.Line("text", {Color::kRed, true});
  colored_.Line("text", {Color::kRed, true});
  colored_.Line("text", {Color::kNone, true});
  colored_.Line("text");
  EXPECT_EQ(out_.str(), "text\n\x1b[31m\x1b[1mtext\x1b[0m\n\x1b[1mtext\x1b[0m\ntext\n");
}

TEST_F(TerminalTextTest, KnowsTheColumn) {
  colored_.Write("ab", {Color::kGreen});
  EXPECT_EQ(colored_.column(), 2);
  colored_.Write("c\n日");
  EXPECT_EQ(colored_.column(), 2);
  colored_.Write("\x1b");
  EXPECT_EQ(colored_.column(), -1);
  colored_.EnsureNewline();
  EXPECT_EQ(colored_.column(), 0);
}

TEST_F(TerminalTextTest, BlocksEndTheirLastLine) {
  plain_.Block("");
  plain_.Block("a\nb");
  plain_.Block("c\n");
  EXPECT_EQ(out_.str(), "a\nb\nc\n");
}

TEST_F(TerminalTextTest, TheLiveLineGivesWay) {
  plain_.ShowLive({{"3/9 tests, and more than fits", {}}, {"second", {}}});
  plain_.ShowLive({{"4/9 tests", {}}});
  plain_.Line("done");
  plain_.ClearLive();
  EXPECT_EQ(out_.str(),
            "\r3/9 tests, and more\x1b[K\nsecond\x1b[K\x1b[J"
            "\r\x1b[1A\r4/9 tests\x1b[K\x1b[J"
            "\r\x1b[Jdone\n");
}

TEST_F(TerminalTextTest, TheLiveLineKeepsOffOpenLines) {
  plain_.Write("..F");
  plain_.ShowLive({{"3/9 tests", {}}});
  EXPECT_EQ(out_.str(), "..F");
}

TEST_F(TerminalTextTest, TheLiveLineStaysOneLineWhateverItSays) {
  plain_.ShowLive({{"a\nb\x1b[2J", {}}});
  plain_.ShowLive({{"日本日本日本日本日本日本", {}}});
  EXPECT_EQ(out_.str(), "\ra?b?[2J\x1b[K\x1b[J\r\r日本日本日本日本日\x1b[K\x1b[J");
}

TEST_F(TerminalTextTest, AStreamThatFailsIsNoticed) {
  EXPECT_TRUE(plain_.ok());
  out_.setstate(std::ios::badbit);
  plain_.Line("lost");
  EXPECT_FALSE(plain_.ok());
}

}  // namespace
}  // namespace fastest::report
