#include "coordinator/options/flag_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace fastest::options {
namespace {

TEST(FlagTableTest, NoSpellingTwice) {
  std::map<std::string, int> seen;
  for (const Flag& flag : FlagTable()) {
    for (const std::string& name : Names(flag)) EXPECT_EQ(++seen[name], 1) << name;
  }
}

TEST(NearestSpellingTest, FindsSlipsOnly) {
  EXPECT_EQ(NearestOption("--report-jsn=x"), "--report-json");
  EXPECT_EQ(NearestOption("--hang-timout"), "--hang-timeout");
  EXPECT_EQ(NearestOption("--colect-only"), "--collect-only");
  EXPECT_EQ(NearestOption("--entirely-different"), "");
  EXPECT_EQ(NearestOption("-G"), "");
}

TEST(FindFlagTest, FindsByMainNameAlone) {
  ASSERT_NE(FindFlag("--workers"), nullptr);
  EXPECT_EQ(Names(*FindFlag("--workers")).front(), "-n");
  EXPECT_EQ(FindFlag("-n"), nullptr);
  EXPECT_EQ(FindFlag("--no-such-option"), nullptr);
}

// Readers of traits rely on it: they ask for values, and know nothing of the other kinds.
TEST(TraitTest, WhatNamesAFileTakesAValueAndIsFastests) {
  for (const Flag& flag : FlagTable()) {
    if (!flag.Is(kReportFile | kNamesFile)) continue;
    EXPECT_EQ(flag.arity, Arity::kValue) << flag.names;
    EXPECT_EQ(flag.handling, Handling::kOwn) << flag.names;
  }
}

TEST(TraitTest, OnlyPytestsOptionsAreDroppedFromARepetition) {
  for (const Flag& flag : FlagTable()) {
    EXPECT_TRUE(!flag.Is(kNotRepeated) || flag.handling == Handling::kHanded) << flag.names;
  }
}

}  // namespace
}  // namespace fastest::options
