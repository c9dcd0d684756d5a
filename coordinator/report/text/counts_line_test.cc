#include "coordinator/report/text/counts_line.h"

#include <gtest/gtest.h>

#include <sstream>

namespace fastest::report {
namespace {

std::string Plain(const std::map<std::string, int>& counts, double seconds, const MainColor& color = {}) {
  std::ostringstream out;
  const CountsLine line = MakeCountsLine(counts, color, true, seconds, TerminalText(out, false, 80));
  EXPECT_EQ(line.styled, line.plain);
  return line.plain;
}

TEST(CountsLineTest, PartsStandInPytestsOrder) {
  EXPECT_EQ(
      Plain({{"error", 1},
             {"warnings", 2},
             {"passed", 3},
             {"failed", 1},
             {"deselected", 4},
             {"skipped", 1},
             {"xfailed", 1},
             {"xpassed", 1},
             {"subtests failed", 2},
             {"", 9}},
            1.234),
      "1 failed, 3 passed, 1 skipped, 4 deselected, 1 xfailed, 1 xpassed, 2 warnings, 1 error, 2 subtests failed in "
      "1.23s");
}

TEST(CountsLineTest, OneIsSingular) {
  EXPECT_EQ(Plain({{"error", 2}, {"warnings", 1}}, 0), "1 warning, 2 errors in 0.00s");
}

TEST(CountsLineTest, NothingRan) {
  EXPECT_EQ(Plain({}, 0.01), "no tests ran in 0.01s");
  EXPECT_EQ(Plain({{"passed", 0}}, 0.01), "no tests ran in 0.01s");
}

TEST(CountsLineTest, LongRunsAreAlsoToldInHours) {
  EXPECT_EQ(Plain({{"passed", 1}}, 59.994), "1 passed in 59.99s");
  EXPECT_EQ(Plain({{"passed", 1}}, 3661.5), "1 passed in 3661.50s (1:01:01)");
  EXPECT_EQ(Plain({{"passed", 1}}, 86400), "1 passed in 86400.00s (1 day, 0:00:00)");
  EXPECT_EQ(Plain({{"passed", 1}}, 2 * 86400 + 62), "1 passed in 172862.00s (2 days, 0:01:02)");
}

TEST(CountsLineTest, PluginsCategoriesComeLastAsTheyWereSeen) {
  MainColor color;
  for (const char* category : {"rerun", "passed", "blocked", "rerun"}) color.Saw(category);
  EXPECT_EQ(Plain({{"blocked", 1}, {"passed", 1}, {"rerun", 2}, {"another", 3}}, 0, color),
            "1 passed, 2 rerun, 1 blocked, 3 another in 0.00s");
}

TEST(MainColorTest, TheWorstDecides) {
  MainColor color;
  EXPECT_EQ(color.Get(false), Color::kGreen);
  EXPECT_EQ(color.Get(true), Color::kYellow);
  color.Saw("passed");
  EXPECT_EQ(color.Get(true), Color::kGreen);
  color.Saw("skipped");
  color.Saw("");
  EXPECT_EQ(color.Get(true), Color::kGreen);
  color.Saw("warnings");
  EXPECT_EQ(color.Get(true), Color::kYellow);
  color.Saw("error");
  color.Saw("passed");
  EXPECT_EQ(color.Get(true), Color::kRed);
}

TEST(MainColorTest, UnknownCategoriesAreUnusual) {
  MainColor color;
  color.Saw("passed");
  color.Saw("rerun");
  EXPECT_EQ(color.Get(true), Color::kYellow);
}

}  // namespace
}  // namespace fastest::report
