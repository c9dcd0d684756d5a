// Shows the run to a person, on a terminal or in a log: pytest's own look, its failure texts and its last line.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_TERMINAL_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_TERMINAL_REPORTER_H_

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "coordinator/report/reporter.h"
#include "coordinator/report/terminal/live_area.h"
#include "coordinator/report/terminal/progress.h"
#include "coordinator/report/terminal/summary_sections.h"
#include "coordinator/report/terminal/terminal_options.h"
#include "coordinator/report/text/counts_line.h"
#include "coordinator/report/text/display_path.h"
#include "coordinator/report/text/terminal_text.h"

namespace fastest::report {

// What a person sees at once, before an interpreter has started: pytest's first line, and how many workers are on their
// way. For options that are known before pytest has resolved them.
void ShowOpening(std::ostream& out, const TerminalOptions& options, int workers);

// Keeps failures, skips and warnings until the end, and passes only if the user asked to see them. Not thread-safe.
class TerminalReporter : public Reporter {
 public:
  // Writes to `out`, and to `err` what tests wrote uncaptured to stderr. Both must outlive the reporter. Colour, width
  // and `live` come from `options`. The rest is replaced by what pytest resolved (RunStart.options).
  TerminalReporter(std::ostream& out, std::ostream& err, const TerminalOptions& options);

  void RunStarted(const results::RunStart& run) override;
  void Expected(int tests, bool exact) override;
  void Deselected(int tests) override;
  void ModuleExpected(const std::string& module, int tests) override;
  void Planned(const results::PlanFacts& plan) override { live_.Planned(plan); }
  void WorkerStarted(const results::Origin& origin, const results::Labels& labels) override;
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Warning(const v1::RecordedWarning& warning) override;
  void Output(const v1::WorkerMessage::Output& output, const results::Origin& origin) override;
  void Note(const std::string& text) override;
  void Tick(double now) override;
  // Returns false if writing to `out` failed.
  bool Finished(const results::RunSummary& summary) override;

 private:
  // Writes what is between header and progress. Once, before the first test.
  void BeginProgress();
  // Writes the line "collected 12 items", once. The number is an estimate until every worker has collected.
  void ShowCollected();
  // On a live terminal: shows a failure in one line when it happens.
  void ShowFailure(const std::vector<v1::Phase>& phases, const v1::TestResult& result);
  void Keep(const v1::TestResult& result, const std::vector<v1::Phase>& phases);
  void ShowSections(const results::RunSummary& summary);
  void ShowStopReason(const std::string& reason);
  void ShowCounts(const results::RunSummary& summary);

  std::ostream& err_;
  TerminalOptions options_;
  TerminalText text_;
  DisplayPath paths_;
  MainColor color_;
  Progress progress_;
  LiveArea live_;
  double heartbeat_at_ = 0;
  const Page page_;
  results::RunStart run_;
  ReportsByCategory reports_;
  std::vector<v1::RecordedWarning> warnings_;
  std::vector<PhaseDuration> durations_;
  // What the latest failed attempt of a test said, by node id. Below, the same of tests that passed then.
  std::map<std::string, std::string> attempts_;
  std::vector<FlakyTest> flaky_;
  std::vector<QuarantinedTest> quarantined_;
  std::vector<LabelledTest> labels_;
  int expected_ = 0;
  bool exact_ = false;
  int deselected_ = 0;
  bool collected_shown_ = false;
  bool progress_begun_ = false;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_TERMINAL_REPORTER_H_
