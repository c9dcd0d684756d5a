#include "coordinator/report/terminal/terminal_reporter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/report/terminal/short_summary.h"
#include "coordinator/report/text/outcome_words.h"
#include "coordinator/report/text/pytest_order.h"
#include "coordinator/report/text/test_report.h"
#include "coordinator/report/text/text_width.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

// A line for the run and some for agents. On 24 lines, enough is left for the rest.
constexpr size_t kLiveRows = 8;
// Often enough for CI systems that end a job without output.
constexpr double kHeartbeatS = 30;

std::string Items(int count) { return absl::StrCat(count, count == 1 ? " item" : " items"); }

int CountCollectors(const std::vector<TestReport>& reports) {
  return static_cast<int>(std::count_if(reports.begin(), reports.end(),
                                        [](const TestReport& report) { return report.phase.when() == "collect"; }));
}

// pytest.exit has named an exit code that pytest itself does not have, or that of an internal error. pytest then shows
// no texts of tests.
bool HasNoSummary(const results::RunSummary& summary) {
  const int code = summary.exit_code;
  return absl::StartsWith(summary.stop_reason, "_pytest.outcomes.Exit") &&
         (code == kInternalError || code < kOk || code > kNoTestsCollected);
}

void ShowTitle(TerminalText& text) { text.Rule('=', "test session starts", {Color::kNone, true}); }

}  // namespace

void ShowOpening(std::ostream& out, const TerminalOptions& options, int workers) {
  TerminalText text(out, options.color, options.columns);
  ShowTitle(text);
  if (!options.no_header) text.Line(absl::StrCat("starting ", workers, workers == 1 ? " worker" : " workers"));
  text.Flush();
}

TerminalReporter::TerminalReporter(std::ostream& out, std::ostream& err, const TerminalOptions& options)
    : err_(err),
      options_(options),
      text_(out, options.color, options.columns),
      progress_(text_, options_, paths_, color_),
      live_(options.hang_timeout_s),
      page_{text_, options_, paths_} {}

void TerminalReporter::RunStarted(const results::RunStart& run) {
  run_ = run;
  ReadPytestOptions(run.options, options_);
  paths_ = DisplayPath(run.rootdir, run.invocation_dir);
  if (options_.verbosity < 0) return;
  if (!options_.opened) ShowTitle(text_);
  if (!options_.no_header) {
    const std::string python =
        run.has_worker() ? absl::StrCat("Python ", run.python_version, ", pytest-", run.pytest_version, ", ") : "";
    text_.Line(absl::StrCat("platform linux -- ", python, "fastest-", run.version));
    for (const std::string& line : run.header) text_.Line(line);
    text_.Line(absl::StrCat("running on ", run.slots, run.slots == 1 ? " worker" : " workers",
                            run.whole_reason.empty() ? "" : "; collected as a whole: ", run.whole_reason));
  }
  text_.Flush();
}

void TerminalReporter::Expected(int tests, bool exact) {
  expected_ = tests;
  exact_ = exact;
  progress_.Expected(tests, exact);
  live_.Expected(tests);
}

void TerminalReporter::Deselected(int tests) { deselected_ = tests; }

void TerminalReporter::BeginProgress() {
  if (progress_begun_) return;
  progress_begun_ = true;
  ShowCollected();
  if (options_.test_cases() >= 0) text_.Line();
}

void TerminalReporter::ShowCollected() {
  if (collected_shown_ || options_.verbosity < 0) return;
  collected_shown_ = true;
  if (!exact_) {
    if (expected_ > 0) text_.Line(absl::StrCat("about ", Items(expected_), " expected"));
    return;
  }
  const int errors = CountCollectors(reports_["error"]);
  const int skipped = CountCollectors(reports_["skipped"]);
  std::string line = absl::StrCat("collected ", Items(expected_ + deselected_));
  if (errors > 0) absl::StrAppend(&line, " / ", errors, errors == 1 ? " error" : " errors");
  if (deselected_ > 0) absl::StrAppend(&line, " / ", deselected_, " deselected");
  if (skipped > 0) absl::StrAppend(&line, " / ", skipped, " skipped");
  if (deselected_ > 0) absl::StrAppend(&line, " / ", expected_, " selected");
  text_.Line(line);
}

void TerminalReporter::ModuleExpected(const std::string& module, int tests) { progress_.ModuleExpected(module, tests); }

void TerminalReporter::WorkerStarted(const results::Origin& origin, const results::Labels&) {
  live_.WorkerStarted(origin);
}

void TerminalReporter::WorkerLost(const results::Origin& origin, const std::string& how) {
  live_.WorkerLost(origin);
  if (options_.verbosity >= 0) Note(absl::StrCat("worker ", origin.worker, " ended: ", how));
}

void TerminalReporter::TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) {
  BeginProgress();
  if (options_.live || options_.heartbeat) live_.TestStarted(test, origin, at);
}

void TerminalReporter::Attempt(const v1::TestResult& result, const results::Origin& origin) {
  if (options_.live || options_.heartbeat) live_.Attempt(result, origin);
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (phase.outcome() != "failed") continue;
    const std::string& message = phase.crash_message().empty() ? result.death() : phase.crash_message();
    attempts_[ShownId(result)] = message.substr(0, message.find('\n'));
    return;
  }
}

void TerminalReporter::Result(const v1::TestResult& result, const results::Origin& origin) {
  if (origin.attempt > 1 && result.outcome() != v1::FAILED && result.outcome() != v1::ERROR) {
    color_.Saw("flaky");
    flaky_.push_back({ShownId(result), origin.attempt, attempts_[ShownId(result)]});
  }
  // Nothing else needs the times of the test.
  const bool plain = !options_.durations.has_value() && PassedPlainly(result);
  std::vector<v1::Phase> complete;
  if (!plain) complete = CompletePhases(result);
  const std::vector<v1::Phase>& phases = plain ? PlainPhases() : complete;
  for (const v1::Phase& phase : phases) color_.Saw(phase.category());
  if (!result.quarantined().empty()) quarantined_.push_back({ShownId(result), result.quarantined()});
  if (result.has_label()) labels_.push_back({ShownId(result), LabelText(result.label())});
  if (options_.live || options_.heartbeat) live_.Result(result, origin);
  BeginProgress();
  progress_.Result(result, phases);
  if (options_.live && options_.test_cases() == 0) ShowFailure(phases, result);
  Keep(result, phases);
}

void TerminalReporter::ShowFailure(const std::vector<v1::Phase>& phases, const v1::TestResult& result) {
  for (const v1::Phase& phase : phases) {
    if (phase.outcome() != "failed" || !phase.subtest().empty()) continue;
    text_.EnsureNewline();
    const std::string before = absl::StrCat(phase.word(), " ", paths_.NodeId(ShownId(result)));
    const std::string message = phase.crash_message().substr(0, phase.crash_message().find('\n'));
    const int room = text_.columns() - DisplayWidth(before);
    text_.Line(before + FitMessage(" - ", message, "", room).value_or(""), OutcomeStyle(phase));
  }
}

void TerminalReporter::Keep(const v1::TestResult& result, const std::vector<v1::Phase>& phases) {
  for (const v1::Phase& phase : phases) {
    if (options_.durations.has_value()) {
      durations_.push_back({phase.duration_s(), phase.when(), ShownId(result)});
    }
    const bool passed = phase.category() == "passed";
    if (phase.category().empty() || (passed && !options_.Reports('p') && !options_.Reports('P'))) continue;
    reports_[phase.category()].emplace_back(result, phase);
  }
}

void TerminalReporter::Collect(const v1::CollectReport& report) {
  TestReport kept(report);
  color_.Saw(kept.phase.category());
  reports_[kept.phase.category()].push_back(std::move(kept));
}

void TerminalReporter::Warning(const v1::RecordedWarning& warning) {
  color_.Saw("warnings");
  warnings_.push_back(warning);
}

void TerminalReporter::Output(const v1::WorkerMessage::Output& output, const results::Origin&) {
  if (output.stream() == v1::WorkerMessage::Output::STDERR) {
    text_.ClearLive();
    text_.Flush();
    err_ << output.data();
    err_.flush();
  } else {
    // A person debugs in this terminal now: rows that are rewritten would wipe out what he types.
    if (absl::StrContains(output.data(), ">>>> PDB ")) {
      text_.ClearLive();
      options_.live = options_.heartbeat = false;
    }
    // Hooks at the end of the collection write below the number of tests.
    if (exact_) ShowCollected();
    text_.Write(output.data());
  }
}

void TerminalReporter::Note(const std::string& note) {
  text_.EnsureNewline();
  text_.Line(note, {Color::kYellow});
}

void TerminalReporter::Tick(double now) {
  if (options_.live && options_.test_cases() >= 0 && options_.capture != "no" && live_.Due(now)) {
    if (options_.measure_columns) {
      if (const int columns = options_.measure_columns(); columns > 0) text_.Resize(columns);
    }
    std::vector<std::pair<std::string, Style>> rows;
    for (LiveRow& row : live_.Rows(run_.started_at, now, kLiveRows)) {
      rows.emplace_back(std::move(row.text), row.warns ? Style{Color::kYellow} : Style{});
    }
    text_.ShowLive(rows);
  }
  if (options_.heartbeat && options_.verbosity > -2 && now >= std::max(heartbeat_at_, run_.started_at) + kHeartbeatS) {
    heartbeat_at_ = now;
    text_.EnsureNewline();
    text_.Line(absl::StrCat("... ", live_.Line(run_.started_at, now)));
  }
  text_.Flush();
}

bool TerminalReporter::Finished(const results::RunSummary& summary) {
  text_.ClearLive();
  if (!exact_ && !progress_begun_) {
    // Nothing was run, so the number of found tests is all there is to say.
    Expected(summary.books.collected, true);
    deselected_ = summary.books.deselected;
  }
  ShowCollected();
  progress_.Finish(summary.books.collected, !summary.stop_reason.empty());
  text_.Line();
  ShowSections(summary);
  ShowStopReason(summary.stop_reason);
  PrintNotRun(page_, summary);
  ShowCounts(summary);
  text_.Flush();
  return text_.ok();
}

void TerminalReporter::ShowSections(const results::RunSummary& summary) {
  const PytestOrder order(summary.module_order);
  for (auto& [category, reports] : reports_) {
    order.Sort(reports, [](const TestReport& report) -> const std::string& { return report.node_id; });
    // Collectors come before all tests.
    std::stable_partition(reports.begin(), reports.end(),
                          [](const TestReport& report) { return report.phase.when() == "collect"; });
  }
  // Warnings of configuration and collection come before those of tests.
  std::stable_partition(warnings_.begin(), warnings_.end(),
                        [](const v1::RecordedWarning& warning) { return warning.node_id().empty(); });
  const auto tests = std::find_if(warnings_.begin(), warnings_.end(),
                                  [](const v1::RecordedWarning& warning) { return !warning.node_id().empty(); });
  std::stable_sort(tests, warnings_.end(), [&](const v1::RecordedWarning& a, const v1::RecordedWarning& b) {
    return order.Of(a.node_id()) < order.Of(b.node_id());
  });
  const bool exited = HasNoSummary(summary);
  const bool summarizes = !options_.no_summary && !exited;
  if (summarizes) {
    PrintErrors(page_, reports_["error"]);
    PrintFailures(page_, "FAILURES", reports_["failed"]);
    PrintFailures(page_, "QUARANTINED FAILURES", reports_["quarantined"]);
    if (options_.xfail_tb) PrintFailures(page_, "XFAILURES", reports_["xfailed"]);
    if (!warnings_.empty() && options_.Reports('w')) {
      const Fold fold(text_, options_.fold, "warnings", "warnings summary", summary.finished_at);
      PrintWarnings(page_, warnings_);
    }
    if (options_.Reports('P') && !reports_["passed"].empty()) {
      const Fold fold(text_, options_.fold, "passes", "PASSES", summary.finished_at);
      PrintPasses(page_, "PASSES", reports_["passed"]);
    }
    if (options_.Reports('X') && !reports_["xpassed"].empty()) {
      const Fold fold(text_, options_.fold, "xpasses", "XPASSES", summary.finished_at);
      PrintPasses(page_, "XPASSES", reports_["xpassed"]);
    }
  }
  // The text of plugins is shown even with --no-summary.
  text_.Block(summary.plugin_summary);
  if (!options_.junit_xml_path.empty() && options_.verbosity >= 0) {
    text_.Rule('-', "generated xml file: " + options_.junit_xml_path);
  }
  if (options_.verbosity >= 0) {
    for (const std::string& file : options_.report_files) text_.Rule('-', "generated " + file);
  }
  if (options_.durations.has_value() && !durations_.empty() && !exited) {
    const Fold fold(text_, options_.fold, "durations", "slowest durations", summary.finished_at);
    PrintDurations(page_, std::move(durations_));
  }
  if (!options_.no_summary && ShowsTiming(page_, summary.timing)) {
    const Fold fold(text_, options_.fold, "timing", "where the time went", summary.finished_at);
    PrintTiming(page_, summary.timing);
  }
  order.Sort(flaky_, [](const FlakyTest& test) -> const std::string& { return test.node_id; });
  PrintFlaky(page_, flaky_);
  order.Sort(quarantined_, [](const QuarantinedTest& test) -> const std::string& { return test.node_id; });
  PrintQuarantined(page_, quarantined_);
  order.Sort(labels_, [](const LabelledTest& test) -> const std::string& { return test.node_id; });
  PrintLabels(page_, labels_);
  if (summarizes) PrintShortSummary(page_, reports_);
}

void TerminalReporter::ShowStopReason(const std::string& reason) {
  if (reason.empty()) return;
  // pytest has no colour for what the user did.
  const bool interrupted = absl::StrContains(reason, "Interrupt");
  text_.Rule('!', reason, interrupted ? Style{} : Style{Color::kRed});
}

void TerminalReporter::ShowCounts(const results::RunSummary& summary) {
  if (options_.verbosity < -1) return;
  const bool finished = summary.books.reported >= summary.books.collected;
  const CountsLine line = MakeCountsLine(summary.counts, color_, finished, summary.duration_s, text_);
  const Style style = {color_.Get(finished)};
  if (options_.verbosity < 0) {
    text_.EnsureNewline();
    text_.Line(line.styled, style);
    return;
  }
  // The parts have ended the colour of the rule, so the right half begins it again.
  const std::string again = text_.Styled("", style);
  const std::string title = line.styled + again.substr(0, again.rfind("\x1b[0m"));
  text_.Rule('=', title, line.plain.size(), style);
}

}  // namespace fastest::report
