#include "agent/workers/last_words.h"

#include <gtest/gtest.h>

#include <string>

namespace fastest::agent {
namespace {

TEST(LastWordsTest, OutputIsPassedOnAndItsEndIsKept) {
  LastWords words;
  EXPECT_EQ(words.Take("one "), "one ");
  EXPECT_EQ(words.Take("two"), "two");
  EXPECT_EQ(words.tail(), "one two");
  words.Take(std::string(LastWords::kMostBytes, 'x'));
  EXPECT_EQ(words.tail(), std::string(LastWords::kMostBytes, 'x'));
}

TEST(LastWordsTest, TheWordsOfADyingInterpreterAreHeldBack) {
  LastWords words;
  EXPECT_EQ(words.Take("output Fatal Python error: Segm"), "output ");
  EXPECT_EQ(words.Take("entation fault"), "");
  EXPECT_EQ(words.tail(), "output Fatal Python error: Segmentation fault");
  // A message that was on its way when they came proves nothing.
  EXPECT_EQ(words.Disprove(), "");
  words.Settle();
  EXPECT_EQ(words.Disprove(), "Fatal Python error: Segmentation fault");
  EXPECT_EQ(words.Disprove(), "");
  EXPECT_EQ(words.Take("more"), "more");
}

TEST(LastWordsTest, NoInterpreterHasThatMuchToSay) {
  LastWords words;
  const std::string start = "Fatal Python error: ";
  EXPECT_EQ(words.Take(start), "");
  const std::string flood(LastWords::kMostBytes, 'x');
  EXPECT_EQ(words.Take(flood), start + flood);
  EXPECT_EQ(words.Take("more"), "more");
}

TEST(LastWordsTest, ATestsTailBeginsWithTheTest) {
  LastWords words;
  words.Take("before ");
  words.Settle();
  words.Take("perhaps before ");
  words.BeginTest();
  words.Take("within");
  EXPECT_EQ(words.tail(), "perhaps before within");
  // What is settled may be more than what is kept.
  words.Settle();
  words.Take(std::string(LastWords::kMostBytes + 1, 'x'));
  words.BeginTest();
  EXPECT_EQ(words.tail().size(), LastWords::kMostBytes);
}

TEST(LastWordsTest, AStackIsForTheReportAlone) {
  LastWords words;
  words.Take("before");
  words.BeginStack();
  words.TakeStack("Thread 0x1: Fatal Python error: no");
  EXPECT_EQ(words.tail(), "Thread 0x1: Fatal Python error: no");
  EXPECT_EQ(words.Release(), "");
}

}  // namespace
}  // namespace fastest::agent
