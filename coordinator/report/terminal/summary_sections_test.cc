#include "coordinator/report/terminal/summary_sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "coordinator/report/terminal/short_summary.h"
#include "coordinator/report/testing/sample_results.h"
#include "proto/exit_code.h"

namespace fastest::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SummarySectionsTest : public testing::Test {
 protected:
  // What was written since the last call.
  std::string Text() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }

  std::ostringstream out_;
  TerminalOptions options_;
  TerminalText text_{out_, /*color=*/false, /*columns=*/40};
  DisplayPath paths_{"/project", "/project/tests"};
  Page page_{text_, options_, paths_};
};

TestReport FailedCall(const v1::TestResult& result) { return TestReport(result, result.phases(1)); }

TEST_F(SummarySectionsTest, NothingToSayIsNotSaid) {
  options_.durations = 0;
  PrintErrors(page_, {});
  PrintFailures(page_, "FAILURES", {});
  PrintPasses(page_, "PASSES", {});
  PrintWarnings(page_, {});
  PrintDurations(page_, {});
  PrintShortSummary(page_, {});
  results::RunSummary summary;
  summary.books.balanced = true;
  PrintNotRun(page_, summary);
  EXPECT_EQ(Text(), "");
}

TEST_F(SummarySectionsTest, AReportThatNoWorkerRenderedIsShownInParts) {
  v1::TestResult result = DeadResult("tests/a.py::x", "signal SIGSEGV");
  result.set_domain("x");
  v1::Phase* phase = result.add_phases();
  phase->set_when("call");
  phase->set_outcome("failed");
  phase->set_longrepr("worker gw1 ended: signal SIGSEGV");
  phase->set_crash_message("worker gw1 ended: signal SIGSEGV");
  phase->set_word("FAILED");
  v1::Section* section = phase->add_sections();
  section->set_name("Captured stdout");
  section->set_content("last words\n");
  const TestReport report(result, *phase);
  PrintFailures(page_, "FAILURES", {report});
  EXPECT_EQ(Text(),
            "=============== FAILURES ===============\n"
            "__________________ x ___________________\n"
            "worker gw1 ended: signal SIGSEGV\n"
            "----------- Captured stdout ------------\n"
            "last words\n");
  options_.show_capture = "stderr";
  PrintFailures(page_, "FAILURES", {report});
  EXPECT_THAT(Text(), Not(HasSubstr("last words")));
  PrintShortSummary(page_, {{"failed", {report}}});
  EXPECT_EQ(Text(),
            "======= short test summary info ========\n"
            "FAILED a.py::x - worker gw1 ended: si...\n");
}

TEST_F(SummarySectionsTest, AWorkersLineIsTakenAsItIs) {
  v1::TestResult result = FailedResult("tests/a.py::x", "no");
  result.mutable_phases(1)->set_summary_line("a.py::x - some message that pytest did not cut");
  TestReport dead = FailedCall(FailedResult("tests/a.py::y", "gone"));
  PrintShortSummary(page_, {{"failed", {FailedCall(result), dead}}});
  EXPECT_EQ(Text(),
            "======= short test summary info ========\n"
            "FAILED a.py::x - some message that pytest did not cut\n"
            "FAILED a.py::y - gone\n");
}

TEST_F(SummarySectionsTest, TracebacksCanBeTurnedOff) {
  options_.tb_style = "no";
  const std::vector<TestReport> reports = {FailedCall(FailedResult("tests/a.py::x", "no"))};
  PrintErrors(page_, reports);
  PrintFailures(page_, "FAILURES", reports);
  PrintPasses(page_, "PASSES", reports);
  EXPECT_EQ(Text(), "");
}

TEST_F(SummarySectionsTest, WarningsOfOneTextStandTogether) {
  std::vector<v1::RecordedWarning> warnings(3);
  warnings[0].set_message("conftest.py:1: UserWarning: early\n");
  warnings[0].set_location_path("conftest.py");
  warnings[0].set_location_line(1);
  warnings[1].set_message("no place\n");
  warnings[2].set_message("conftest.py:1: UserWarning: early\n");
  warnings[2].set_node_id("tests/a.py::x");
  PrintWarnings(page_, warnings);
  EXPECT_EQ(Text(),
            "=========== warnings summary ===========\n"
            "../conftest.py:1\n"
            "tests/a.py::x\n"
            "  conftest.py:1: UserWarning: early\n"
            "\n"
            "no place\n"
            "\n"
            "-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html\n");
  options_.disable_warnings = true;
  PrintWarnings(page_, warnings);
  EXPECT_EQ(Text(), "");
}

TEST_F(SummarySectionsTest, DurationsAreSortedAndCut) {
  const std::vector<PhaseDuration> durations = {
      {0.25, "setup", "a.py::x"}, {0.001, "call", "a.py::x"}, {12.5, "teardown", "a.py::y"}};
  options_.durations = 2;
  PrintDurations(page_, durations);
  EXPECT_EQ(Text(),
            "========= slowest 2 durations ==========\n"
            "12.50s teardown a.py::y\n"
            "0.25s setup    a.py::x\n");
  options_.durations = 0;
  PrintDurations(page_, durations);
  EXPECT_EQ(Text(),
            "========== slowest durations ===========\n"
            "12.50s teardown a.py::y\n"
            "0.25s setup    a.py::x\n"
            "\n"
            "(1 durations < 0.005s hidden.  Use -vv to show these durations.)\n");
  options_.durations_min = 20;
  PrintDurations(page_, durations);
  EXPECT_THAT(Text(), HasSubstr("\n(3 durations < 20s hidden.)\n"));
}

results::RunSummary WithNotRun(int tests, const std::string& reason) {
  results::RunSummary summary;
  summary.books.balanced = true;
  for (int i = 0; i < tests; ++i) {
    results::NotRun test;
    test.ref.set_node_id("tests/a.py::t" + std::to_string(i));
    test.reason = reason;
    summary.books.not_run.push_back(test);
  }
  return summary;
}

TEST_F(SummarySectionsTest, LostTestsAreNamed) {
  results::RunSummary summary = WithNotRun(22, "worker gw1 was lost");
  summary.exit_code = kNotRun;
  summary.books.not_run[0].ref.clear_node_id();
  summary.books.not_run[0].module = "tests/b.py";
  PrintNotRun(page_, summary);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("======= tests that were not run ========\n"
                              "NOT RUN b.py - worker gw1 was lost\n"
                              "NOT RUN a.py::t1 - worker gw1 was lost\n"));
  EXPECT_THAT(text, HasSubstr("... and 2 tests more\n"));
  EXPECT_THAT(text, Not(HasSubstr("a.py::t20")));
}

TEST_F(SummarySectionsTest, AStopNeedsOneLine) {
  results::RunSummary summary = WithNotRun(3, "the run was stopped");
  summary.stop_reason = "stopping after 1 failures";
  summary.exit_code = kTestsFailed;
  PrintNotRun(page_, summary);
  EXPECT_EQ(Text(), "3 tests not run: the run was stopped\n");
}

TEST_F(SummarySectionsTest, BooksThatDoNotBalanceAreLoudEvenAfterAStop) {
  results::RunSummary summary;
  summary.stop_reason = "stopping after 1 failures";
  summary.books.collected = 5;
  summary.books.reported = 3;
  summary.books.disagreements = {"gw0 and gw1 collected different tests from a.py"};
  PrintNotRun(page_, summary);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("gw0 and gw1 collected different tests from a.py\n"));
  EXPECT_THAT(text, HasSubstr("The books do not balance: 5 collected, 3 reported, 0 known as not run.\n"));
}

results::TimingSummary Timing(int agents, double total_s) {
  results::TimingSummary timing;
  timing.total_s = total_s;
  timing.before_s = 1;
  timing.tests_s = total_s - 1.5;
  timing.workers = 4;
  timing.busy_s = 70;
  timing.setup_s = 15;
  timing.waiting_s = 5;
  timing.tail_s = 10;
  timing.longest_test_s = 3.5;
  timing.longest_test = "tests/a.py::x";
  timing.agents = agents;
  if (agents > 1) timing.last_agent = "b";
  timing.last_agent_behind_s = 2;
  return timing;
}

TEST_F(SummarySectionsTest, ThreeLinesSayWhereTheTimeWent) {
  PrintTiming(page_, Timing(2, 8));
  const std::string text = Text();
  EXPECT_THAT(
      text,
      HasSubstr("8.00s in all: 1.00s until the first worker was ready, 6.50s until the last result, 0.50s to end\n"));
  EXPECT_THAT(text, HasSubstr("4 workers: 70 % busy with tests, 15 % set-up, 5 % waiting for work, 10 % tail "));
  EXPECT_THAT(text, HasSubstr("longest test 3.50s a.py::x; slowest agent b, done 2.00s after the first\n"));
}

TEST_F(SummarySectionsTest, ALongRunOnOneMachineNamesNoAgent) {
  PrintTiming(page_, Timing(1, 11));
  EXPECT_THAT(Text(), HasSubstr("longest test 3.50s a.py::x\n"));
}

TEST_F(SummarySectionsTest, PlainRunsLookAsPytests) {
  PrintTiming(page_, Timing(1, 9));
  results::TimingSummary alone = Timing(1, 60);
  alone.workers = 1;
  PrintTiming(page_, alone);
  options_.verbosity = -1;
  PrintTiming(page_, Timing(2, 60));
  EXPECT_EQ(Text(), "");
}

}  // namespace
}  // namespace fastest::report
