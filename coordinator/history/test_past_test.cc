#include "coordinator/history/test_past.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace fastest::history {
namespace {

TestPast After(const std::string& letters, int64_t from = 100) {
  TestPast past;
  for (const char letter : letters) Append(PastOf(letter, from++), &past);
  return past;
}

TEST(TestPastTest, Table) {
  const std::tuple<const char*, const char*, int64_t> kCases[] = {
      // Letters at 100, 101, …; what is remembered; since when the test fails.
      {"", "", 0},       {".", ".", 0},       {"F", "F", 100},       {".F", ".F", 101},
      {"FF.", "FF.", 0}, {"FFF", "FFF", 100}, {"F.FF", "F.FF", 102}, {"FfF", "FfF", 102},
  };
  for (const auto& [letters, runs, since] : kCases) {
    EXPECT_EQ(After(letters).runs, runs) << letters;
    EXPECT_EQ(After(letters).failing_since, since) << letters;
  }
}

TEST(TestPastTest, TheOldestRunsAreForgottenAndTheStreakIsNot) {
  const TestPast past = After("." + std::string(2 * kRunsRemembered, kFailed));
  EXPECT_EQ(past.runs, std::string(kRunsRemembered, kFailed));
  EXPECT_EQ(past.failing_since, 101);
}

TEST(TestPastTest, WhetherItFailed) {
  for (const char* runs : {"", ".", "...."}) EXPECT_FALSE(HasFailed(After(runs))) << runs;
  for (const char* runs : {"F", ".f..", "..F"}) EXPECT_TRUE(HasFailed(After(runs))) << runs;
}

TEST(TestPastTest, PastsAreJoined) {
  TestPast past = After(".FF");
  Append(After("FF", 200), &past);
  EXPECT_EQ(past.runs, ".FFFF");
  EXPECT_EQ(past.failing_since, 101);
  Append(After("F.F", 300), &past);
  EXPECT_EQ(past.failing_since, 302);
  Append({}, &past);
  EXPECT_EQ(past.runs, ".FFFFF.F");
  EXPECT_EQ(past.failing_since, 302);
  Append(PastOf(kUnknown, 400), &past);
  EXPECT_EQ(past.runs, ".FFFFF.F");
}

}  // namespace
}  // namespace fastest::history
