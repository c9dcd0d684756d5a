// The sections between the last progress line and the counts: errors, failures, passes with output, warnings,
// durations, tests that were not run. Each prints nothing if it has nothing to say.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_SUMMARY_SECTIONS_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_SUMMARY_SECTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "coordinator/report/terminal/terminal_options.h"
#include "coordinator/report/text/display_path.h"
#include "coordinator/report/text/terminal_text.h"
#include "coordinator/report/text/test_report.h"
#include "coordinator/results/run_summary.h"
#include "proto/test.pb.h"

namespace fastest::report {

// Where and how sections are printed. Borrows its members.
struct Page {
  TerminalText& text;
  const TerminalOptions& options;
  const DisplayPath& paths;
};

// One entry of --durations: a phase of a test.
struct PhaseDuration {
  double seconds = 0;
  std::string when;
  std::string node_id;
};

// Reports by pytest's category, each list in the order in which it is printed.
using ReportsByCategory = std::map<std::string, std::vector<TestReport>>;

// ERRORS: collectors, set-ups and teardowns.
void PrintErrors(const Page& page, const std::vector<TestReport>& errors);
// FAILURES, and XFAILURES with --xfail-tb.
void PrintFailures(const Page& page, const std::string& title, const std::vector<TestReport>& failures);
// PASSES and XPASSES of -rP and -rX.
void PrintPasses(const Page& page, const std::string& title, const std::vector<TestReport>& passes);
// Groups warnings by text, in the order of first appearance. From ten places on, counts by file replace the tests.
void PrintWarnings(const Page& page, const std::vector<v1::RecordedWarning>& warnings);
// False for a run as plain pytest would do it: one worker, or one machine and at most ten seconds.
bool ShowsTiming(const Page& page, const results::TimingSummary& timing);
// Why the run took as long as it did, in three lines. Prints nothing if ShowsTiming says no.
void PrintTiming(const Page& page, const results::TimingSummary& timing);

// A test that passed at a later attempt than the first, and what the attempt before said.
struct FlakyTest {
  std::string node_id;
  int attempt = 0;
  std::string failure;
};
// Always shown: a pass that took several attempts is no plain pass.
void PrintFlaky(const Page& page, const std::vector<FlakyTest>& tests);
// A test that failed, and why the failure does not count (TestResult.quarantined).
struct QuarantinedTest {
  std::string node_id;
  std::string why;
};
// A test that failed, and what the history says about it (LabelText).
struct LabelledTest {
  std::string node_id;
  std::string label;
};
void PrintLabels(const Page& page, const std::vector<LabelledTest>& tests);
void PrintQuarantined(const Page& page, const std::vector<QuarantinedTest>& tests);
// `durations` has every phase of every test, in any order.
void PrintDurations(const Page& page, std::vector<PhaseDuration> durations);
// What is missing in the books. Tests that a stop (-x, Ctrl-C) left out are counted in one line. Others are named,
// loudly.
void PrintNotRun(const Page& page, const results::RunSummary& summary);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_SUMMARY_SECTIONS_H_
