#include "coordinator/report/terminal/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/text/test_report.h"

namespace fastest::report {
namespace {

class ProgressTest : public testing::Test {
 protected:
  void Result(const v1::TestResult& result) { progress_.Result(result, CompletePhases(result)); }
  // What was written since the last call.
  std::string Text() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }

  std::ostringstream out_;
  TerminalOptions options_;
  TerminalText text_{out_, /*color=*/false, /*columns=*/40};
  DisplayPath paths_;
  MainColor color_;
  Progress progress_{text_, options_, paths_, color_};
};

TEST_F(ProgressTest, AModuleIsShownWhenItIsComplete) {
  progress_.Expected(4, true);
  progress_.ModuleExpected("a.py", 2);
  progress_.ModuleExpected("b.py", 2);
  Result(PassedResult("a.py::1"));
  Result(PassedResult("b.py::1"));
  EXPECT_EQ(Text(), "");
  Result(FailedResult("b.py::2", "no"));
  EXPECT_EQ(Text(), "b.py .F                          [ 50%]\n");
  Result(SkippedResult("a.py::2", "why"));
  EXPECT_EQ(Text(), "a.py .s                          [100%]\n");
}

TEST_F(ProgressTest, AModuleMayBecomeKnownAfterItsResults) {
  Result(PassedResult("a.py::1"));
  EXPECT_EQ(Text(), "");
  progress_.Expected(1, true);
  progress_.ModuleExpected("a.py", 1);
  EXPECT_EQ(Text(), "a.py .                           [100%]\n");
}

TEST_F(ProgressTest, APartThatCameLateIsShownToo) {
  progress_.Expected(3, true);
  progress_.ModuleExpected("a.py", 1);
  Result(PassedResult("a.py::1"));
  EXPECT_EQ(Text(), "a.py .                           [ 33%]\n");
  progress_.ModuleExpected("a.py", 3);
  Result(PassedResult("a.py::2"));
  Result(PassedResult("a.py::3"));
  EXPECT_EQ(Text(), "a.py ..                          [100%]\n");
}

TEST_F(ProgressTest, AnEstimateNeverSaysDone) {
  progress_.Expected(1, false);
  progress_.ModuleExpected("a.py", 2);
  Result(PassedResult("a.py::1"));
  Result(PassedResult("a.py::2"));
  EXPECT_EQ(Text(), "a.py ..                          [ 66%]\n");
}

TEST_F(ProgressTest, APercentageNeverFalls) {
  progress_.Expected(2, false);
  progress_.ModuleExpected("a.py", 1);
  progress_.ModuleExpected("b.py", 1);
  progress_.ModuleExpected("c.py", 6);
  Result(PassedResult("a.py::1"));
  EXPECT_EQ(Text(), "a.py .                           [ 50%]\n");
  progress_.Expected(8, false);
  Result(PassedResult("b.py::1"));
  EXPECT_EQ(Text(), "b.py .                           [ 50%]\n");
  for (const char* name : {"c.py::1", "c.py::2", "c.py::3", "c.py::4", "c.py::5", "c.py::6"}) {
    Result(PassedResult(name));
  }
  EXPECT_EQ(Text(), "c.py ......                      [ 88%]\n");
}

TEST_F(ProgressTest, WithoutAnEstimateThereIsNoPercentage) {
  progress_.ModuleExpected("a.py", 1);
  Result(PassedResult("a.py::1"));
  EXPECT_EQ(Text(), "a.py .                           [  ?%]\n");
  options_.console_output_style = "count";
  progress_.ModuleExpected("b.py", 1);
  Result(PassedResult("b.py::1"));
  EXPECT_EQ(Text(), "b.py .                            [2/?]\n");
}

TEST_F(ProgressTest, WhatNeverBecameCompleteIsShownAtTheEnd) {
  progress_.Expected(9, false);
  Result(PassedResult("b.py::1"));
  Result(PassedResult("a.py::1"));
  Result(PassedResult("b.py::2"));
  progress_.Finish(6, /*stopped=*/false);
  EXPECT_EQ(Text(),
            "b.py ..                          [ 33%]\n"
            "a.py .                           [ 50%]\n");
}

TEST_F(ProgressTest, AStopLeavesTheLastLineWithoutPercentage) {
  progress_.Expected(9, true);
  Result(PassedResult("b.py::1"));
  Result(PassedResult("a.py::1"));
  progress_.Finish(9, /*stopped=*/true);
  EXPECT_EQ(Text(), "b.py .                           [ 11%]\na.py .\n");
}

TEST_F(ProgressTest, QuietShowsLettersAsTheyCome) {
  options_.verbosity = -1;
  progress_.Expected(40, true);
  for (int i = 0; i < 33; ++i) Result(PassedResult("a.py::" + std::to_string(i)));
  EXPECT_EQ(Text(), std::string(32, '.') + " [ 80%]\n.");
  for (int i = 33; i < 40; ++i) Result(PassedResult("b.py::" + std::to_string(i)));
  progress_.Finish(40, false);
  EXPECT_EQ(Text(), ".......                         [100%]");
}

TEST_F(ProgressTest, VerboseShowsEachReport) {
  options_.verbosity = 1;
  progress_.Expected(2, true);
  v1::TestResult result = FailedResult("a.py::x", "no");
  result.mutable_phases(2)->set_outcome("failed");
  Result(result);
  EXPECT_EQ(Text(),
            "a.py::x FAILED                   [ 50%]\n"
            "a.py::x ERROR                    [ 50%]\n");
  Result(SkippedResult("a.py::y", "a reason with words"));
  EXPECT_EQ(Text(), "a.py::y SKIPPED (a reason wi...) [100%]\n");
}

TEST_F(ProgressTest, VeryVerboseTellsWhereATestIsDefined) {
  options_.verbosity = 2;
  options_.console_output_style = "classic";
  v1::TestResult result = SkippedResult("b.py::x", "a reason that takes more than a line");
  result.set_location_path("base.py");
  Result(result);
  EXPECT_EQ(Text(), "b.py::x <- base.py SKIPPED (a\nreason that takes more than a\nline)\n");
}

TEST_F(ProgressTest, DotsOfADomainAreColonsOfAnId) {
  options_.verbosity = 1;
  options_.console_output_style = "classic";
  v1::TestResult result = PassedResult("a.txt::first.second[1.5]");
  result.set_domain("first.second[1.5]");
  Result(result);
  EXPECT_EQ(Text(), "a.txt::first::second[1.5] PASSED\n");
}

TEST_F(ProgressTest, CountsTakeThePlaceOfPercentages) {
  options_.console_output_style = "count";
  progress_.Expected(12, true);
  progress_.ModuleExpected("a.py", 1);
  Result(PassedResult("a.py::x"));
  EXPECT_EQ(Text(), "a.py .                          [ 1/12]\n");
}

TEST_F(ProgressTest, LinesBeginAfterForeignOutput) {
  progress_.Expected(1, true);
  progress_.ModuleExpected("a.py", 1);
  text_.Write("a print without end");
  Result(PassedResult("a.py::x"));
  EXPECT_EQ(Text(), "a print without end\na.py .                           [100%]\n");
}

}  // namespace
}  // namespace fastest::report
