// What golden_test.cc does not cover: many workers, a live terminal, losses. golden_test.cc compares with pytest's own
// look.
#include "coordinator/report/terminal/terminal_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>

#include "coordinator/report/testing/sample_results.h"
#include "proto/exit_code.h"

namespace fastest::report {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const results::Origin kOrigin = {"local", "gw0", 1};

class TerminalReporterTest : public testing::Test {
 protected:
  TerminalReporterTest() {
    options_.columns = 60;
    run_.version = "0.1.0";
    run_.python_version = "3.11.7";
    run_.pytest_version = "9.2.0";
    run_.slots = 2;
    run_.started_at = 100;
    summary_.books.balanced = true;
    summary_.duration_s = 1.5;
  }

  TerminalReporter& Start() {
    reporter_ = std::make_unique<TerminalReporter>(out_, err_, options_);
    reporter_->RunStarted(run_);
    return *reporter_;
  }

  std::string Text() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }

  std::ostringstream out_;
  std::ostringstream err_;
  TerminalOptions options_;
  results::RunStart run_;
  results::RunSummary summary_;
  std::unique_ptr<TerminalReporter> reporter_;
};

TEST_F(TerminalReporterTest, HeaderSaysWhoRuns) {
  run_.header = {"rootdir: /project"};
  run_.whole_reason = "conftest.py reorders tests";
  Start();
  EXPECT_EQ(Text(),
            "=================== test session starts ====================\n"
            "platform linux -- Python 3.11.7, pytest-9.2.0, fastest-0.1.0\n"
            "rootdir: /project\n"
            "running on 2 workers; collected as a whole: conftest.py reorders tests\n");
}

TEST_F(TerminalReporterTest, AnEstimateIsCalledOne) {
  TerminalReporter& reporter = Start();
  Text();
  reporter.Expected(5, false);
  v1::TestRef test;
  test.set_node_id("a.py::x");
  reporter.TestStarted(test, kOrigin, 101);
  reporter.Expected(6, true);
  reporter.TestStarted(test, kOrigin, 102);
  EXPECT_EQ(Text(), "about 5 items expected\n\n");
}

TEST_F(TerminalReporterTest, FailuresStandInPytestsOrder) {
  TerminalReporter& reporter = Start();
  reporter.Expected(3, true);
  reporter.Result(FailedResult("b.py::y", "third"), kOrigin);
  reporter.Result(FailedResult("a.py::x", "first"), kOrigin);
  reporter.Result(FailedResult("a.py::w", "second"), kOrigin);
  Text();
  summary_.module_order = {"a.py", "b.py"};
  summary_.counts = {{"failed", 3}};
  EXPECT_TRUE(reporter.Finished(summary_));
  EXPECT_EQ(Text(),
            "b.py F                                               [ 33%]\n"
            "a.py FF                                              [100%]\n"
            "\n"
            "========================= FAILURES =========================\n"
            "____________________________ x _____________________________\n"
            "E   first\n"
            "____________________________ w _____________________________\n"
            "E   second\n"
            "____________________________ y _____________________________\n"
            "E   third\n"
            "================= short test summary info ==================\n"
            "FAILED a.py::x - first\n"
            "FAILED a.py::w - second\n"
            "FAILED b.py::y - third\n"
            "==================== 3 failed in 1.50s =====================\n");
}

TEST_F(TerminalReporterTest, CollectorsStandBeforeTests) {
  run_.options["reportchars"] = "s";
  TerminalReporter& reporter = Start();
  v1::CollectReport module;
  module.set_node_id("b.py");
  module.set_outcome("skipped");
  module.set_skip_path("b.py");
  module.set_skip_line(3);
  module.set_skip_reason("Skipped: all of it");
  reporter.Collect(module);
  reporter.Expected(1, true);
  reporter.Result(SkippedResult("a.py::x", "one"), kOrigin);
  summary_.module_order = {"a.py", "b.py"};
  reporter.Finished(summary_);
  EXPECT_THAT(Text(), HasSubstr("collected 1 item / 1 skipped\n"
                                "\n"
                                "a.py s                                               [100%]\n"
                                "\n"
                                "================= short test summary info ==================\n"
                                "SKIPPED [1] b.py:3: all of it\n"
                                "SKIPPED [1] a.py:7: one\n"));
}

TEST_F(TerminalReporterTest, NotesAndPluginsHaveTheirSay) {
  options_.verbosity = -1;
  TerminalReporter& reporter = Start();
  reporter.Expected(2, true);
  reporter.Result(PassedResult("a.py::x"), kOrigin);
  reporter.Note("gw1 ended: signal SIGKILL; its tests go to gw2");
  reporter.Result(PassedResult("a.py::y"), kOrigin);
  summary_.counts = {{"passed", 2}};
  summary_.plugin_summary = "TOTAL 100%";
  reporter.Finished(summary_);
  EXPECT_EQ(Text(),
            ".\n"
            "gw1 ended: signal SIGKILL; its tests go to gw2\n"
            ".                                                    [100%]\n"
            "TOTAL 100%\n"
            "2 passed in 1.50s\n");
}

TEST_F(TerminalReporterTest, LostWorkersAreNamedUnlessQuiet) {
  TerminalReporter& reporter = Start();
  Text();
  reporter.WorkerLost(kOrigin, "signal SIGKILL");
  EXPECT_EQ(Text(), "worker gw0 ended: signal SIGKILL\n");
  options_.verbosity = -1;
  Start().WorkerLost(kOrigin, "signal SIGKILL");
  EXPECT_EQ(Text(), "");
}

TEST_F(TerminalReporterTest, UncapturedOutputKeepsItsStream) {
  options_.capture = "no";
  TerminalReporter& reporter = Start();
  Text();
  v1::WorkerMessage::Output output;
  output.set_data("to stdout\n");
  reporter.Output(output, kOrigin);
  output.set_stream(v1::WorkerMessage::Output::STDERR);
  output.set_data("to stderr\n");
  reporter.Output(output, kOrigin);
  EXPECT_EQ(Text(), "to stdout\n");
  EXPECT_EQ(err_.str(), "to stderr\n");
}

TEST_F(TerminalReporterTest, ALiveTerminalIsRedrawnAndCleanedUp) {
  options_.live = true;
  TerminalReporter& reporter = Start();
  reporter.Expected(2, true);
  v1::TestRef test;
  test.set_node_id("a.py::x");
  reporter.TestStarted(test, kOrigin, 101);
  Text();
  reporter.Tick(103);
  reporter.Tick(103.01);
  EXPECT_EQ(Text(), "\r[....................] 0:03  0/2 tests\x1b[K\nlocal: 2s in a.py::x\x1b[K\x1b[J");
  reporter.Finished(summary_);
  EXPECT_THAT(Text(), testing::StartsWith("\r\x1b[1A\x1b[J"));
}

TEST_F(TerminalReporterTest, ANarrowerTerminalIsClearedRowByRow) {
  int columns = 60;
  options_.live = true;
  options_.measure_columns = [&columns] { return columns; };
  TerminalReporter& reporter = Start();
  reporter.Expected(2, true);
  v1::TestRef test;
  test.set_node_id("a.py::" + std::string(60, 'x'));
  reporter.TestStarted(test, kOrigin, 101);
  reporter.Tick(103);
  Text();
  columns = 30;
  reporter.Tick(104);
  // 38 and 59 columns take two rows each there.
  EXPECT_THAT(Text(), testing::StartsWith("\r\x1b[3A\r["));
}

TEST_F(TerminalReporterTest, AFailureIsShownAsItHappensOnALiveTerminal) {
  options_.live = true;
  TerminalReporter& reporter = Start();
  reporter.Expected(2, true);
  reporter.Result(FailedResult("a.py::x", "assert 1 == 2"), kOrigin);
  EXPECT_THAT(Text(), HasSubstr("FAILED a.py::x - assert 1 == 2\n"));
}

TEST_F(TerminalReporterTest, ALogGetsALineEveryHalfMinute) {
  options_.heartbeat = true;
  TerminalReporter& reporter = Start();
  reporter.Expected(2, true);
  v1::TestRef test;
  test.set_node_id("a.py::x");
  reporter.TestStarted(test, kOrigin, 101);
  Text();
  reporter.Tick(129);
  EXPECT_EQ(Text(), "");
  reporter.Tick(130);
  EXPECT_EQ(Text(), "... 0:30  0/2 tests; running longest: a.py::x (29s, gw0 on local)\n");
  reporter.Tick(159);
  EXPECT_EQ(Text(), "");
  reporter.Tick(160);
  EXPECT_THAT(Text(), HasSubstr("1:00"));
}

TEST_F(TerminalReporterTest, APipeGetsNoLiveLine) {
  TerminalReporter& reporter = Start();
  Text();
  reporter.Tick(103);
  EXPECT_EQ(Text(), "");
}

TEST_F(TerminalReporterTest, AStopIsNamedBeforeTheCounts) {
  TerminalReporter& reporter = Start();
  summary_.stop_reason = "stopping after 1 failures";
  summary_.counts = {{"failed", 1}};
  reporter.Finished(summary_);
  EXPECT_THAT(Text(), EndsWith("!!!!!!!!!!!!!!!! stopping after 1 failures !!!!!!!!!!!!!!!!!\n"
                               "==================== 1 failed in 1.50s =====================\n"));
}

TEST_F(TerminalReporterTest, AnExitWithACodeThatPytestDoesNotHaveShowsNoTexts) {
  TerminalReporter& reporter = Start();
  v1::TestResult result = PassedResult("a.py::x");
  v1::Phase* call = result.mutable_phases(1);
  call->set_outcome("failed");
  call->set_category("failed");
  call->set_word("FAILED");
  call->set_terminal_text("it failed\n");
  reporter.Expected(1, true);
  reporter.Result(result, kOrigin);
  summary_.stop_reason = "_pytest.outcomes.Exit: enough";
  summary_.exit_code = 8;
  summary_.counts = {{"failed", 1}};
  reporter.Finished(summary_);
  const std::string text = Text();
  EXPECT_THAT(text, Not(HasSubstr("it failed")));
  EXPECT_THAT(text, HasSubstr("! _pytest.outcomes.Exit: enough !"));
  EXPECT_THAT(text, HasSubstr("1 failed in 1.50s"));
}

TEST_F(TerminalReporterTest, LostTestsAreLoudHoweverQuiet) {
  options_.verbosity = -2;
  TerminalReporter& reporter = Start();
  results::NotRun lost;
  lost.ref.set_node_id("a.py::x");
  lost.reason = "no agent left";
  summary_.books.not_run = {lost};
  summary_.exit_code = kNotRun;
  reporter.Finished(summary_);
  EXPECT_THAT(Text(), HasSubstr("NOT RUN a.py::x - no agent left\n"));
}

TEST_F(TerminalReporterTest, PassesAreForgottenUnlessWanted) {
  run_.options["reportchars"] = "p";
  TerminalReporter& reporter = Start();
  reporter.Expected(1, true);
  reporter.Result(PassedResult("a.py::x"), kOrigin);
  reporter.Finished(summary_);
  EXPECT_THAT(Text(), HasSubstr("\nPASSED a.py::x\n"));
}

TEST_F(TerminalReporterTest, AClosedPipeIsReported) {
  TerminalReporter& reporter = Start();
  out_.setstate(std::ios::badbit);
  EXPECT_FALSE(reporter.Finished(summary_));
}

TEST(ShowOpeningTest, IsPytestsFirstLineAndTheWorkers) {
  TerminalOptions options;
  options.columns = 40;
  std::ostringstream out;
  ShowOpening(out, options, 2);
  EXPECT_EQ(out.str(), "========= test session starts ==========\nstarting 2 workers\n");
  out.str("");
  options.no_header = true;
  ShowOpening(out, options, 1);
  EXPECT_EQ(out.str(), "========= test session starts ==========\n");
}

TEST(TerminalReporterFilesTest, TheTitleIsNotRepeatedAndReportsAreNamed) {
  TerminalOptions options;
  options.opened = true;
  options.report_files = {"html report: /p/page.html"};
  std::ostringstream out;
  std::ostringstream err;
  TerminalReporter reporter(out, err, options);
  reporter.RunStarted({});
  EXPECT_EQ(out.str().find("test session starts"), std::string::npos);
  reporter.Finished({});
  EXPECT_NE(out.str().find(" generated html report: /p/page.html "), std::string::npos);
}

}  // namespace
}  // namespace fastest::report
