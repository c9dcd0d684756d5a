#include "coordinator/report/terminal/summary_sections.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/report/text/text_width.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

// Titles of the sections are plain. The headlines in them have the colour of their subject.
constexpr Style kBad = {Color::kRed, true};
constexpr Style kGood = {Color::kGreen, true};

bool ShowsCapture(const Page& page, const std::string& name) {
  const std::string& wanted = page.options.show_capture;
  return wanted != "no" && (wanted == "all" || name.find(wanted) != std::string::npos);
}

void PrintCaptured(const Page& page, const v1::Section& section) {
  page.text.Rule('-', section.name());
  const std::string& content = section.content();
  page.text.Line(std::string_view(content).substr(0, content.size() - (!content.empty() && content.back() == '\n')));
}

// The report as its worker rendered it. If no worker was left to do so, the parts of the report one after the other.
void PrintReport(const Page& page, const v1::Phase& phase) {
  const bool colored = page.text.color() && !phase.terminal_text_color().empty();
  const std::string& rendered = colored ? phase.terminal_text_color() : phase.terminal_text();
  if (!rendered.empty()) {
    page.text.Block(rendered);
    return;
  }
  page.text.Block(phase.longrepr());
  for (const v1::Section& section : phase.sections()) {
    if (ShowsCapture(page, section.name())) PrintCaptured(page, section);
  }
}

std::string LocationOf(const Page& page, const v1::RecordedWarning& warning) {
  if (!warning.node_id().empty()) return warning.node_id();
  if (warning.location_path().empty()) return "";
  return absl::StrCat(page.paths.Path(warning.location_path()), ":", warning.location_line());
}

std::vector<std::string> CountedByFile(const std::vector<std::string>& locations) {
  std::vector<std::pair<std::string, int>> counts;
  for (const std::string& location : locations) {
    const std::string file(ModuleOf(location));
    const auto known = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == file; });
    if (known == counts.end()) {
      counts.emplace_back(file, 1);
    } else {
      ++known->second;
    }
  }
  std::vector<std::string> lines;
  lines.reserve(counts.size());
  for (const auto& [file, count] : counts) {
    lines.push_back(absl::StrCat(file, ": ", count, count == 1 ? " warning" : " warnings"));
  }
  return lines;
}

}  // namespace

void PrintErrors(const Page& page, const std::vector<TestReport>& errors) {
  if (errors.empty() || page.options.tb_style == "no") return;
  page.text.Rule('=', "ERRORS");
  for (const TestReport& error : errors) {
    const bool collecting = error.phase.when() == "collect";
    page.text.Rule('_',
                   collecting ? "ERROR collecting " + error.headline
                              : absl::StrCat("ERROR at ", error.phase.when(), " of ", error.headline),
                   kBad);
    PrintReport(page, error.phase);
  }
}

void PrintFailures(const Page& page, const std::string& title, const std::vector<TestReport>& failures) {
  if (failures.empty() || page.options.tb_style == "no") return;
  const bool headlines = page.options.tb_style != "line";
  page.text.Rule('=', title);
  for (const TestReport& failure : failures) {
    if (headlines) page.text.Rule('_', failure.headline, kBad);
    PrintReport(page, failure.phase);
  }
}

void PrintPasses(const Page& page, const std::string& title, const std::vector<TestReport>& passes) {
  if (passes.empty() || page.options.tb_style == "no") return;
  page.text.Rule('=', title);
  for (const TestReport& pass : passes) {
    // A test that wrote something only in its teardown has text, but no headline.
    if (pass.phase.sections_size() > 0) page.text.Rule('_', pass.headline, kGood);
    PrintReport(page, pass.phase);
  }
}

void PrintWarnings(const Page& page, const std::vector<v1::RecordedWarning>& warnings) {
  if (warnings.empty() || !page.options.Reports('w')) return;
  // pytest's own limit.
  constexpr size_t kPlacesShown = 10;
  std::vector<std::string> messages;
  std::map<std::string, std::vector<std::string>> locations;
  for (const v1::RecordedWarning& warning : warnings) {
    const auto [group, is_new] = locations.try_emplace(warning.message());
    if (is_new) messages.push_back(warning.message());
    const std::string location = LocationOf(page, warning);
    if (!location.empty()) group->second.push_back(location);
  }
  page.text.Rule('=', "warnings summary", {Color::kYellow});
  for (const std::string& message : messages) {
    const std::vector<std::string>& places = locations[message];
    if (places.empty()) {
      page.text.Line(StripRight(message));
    } else {
      page.text.Line(absl::StrJoin(places.size() < kPlacesShown ? places : CountedByFile(places), "\n"));
      std::string indented;
      for (const std::string_view line : SplitLines(message)) {
        indented += indented.empty() ? "  " : "\n  ";
        indented += line;
      }
      page.text.Line(StripRight(indented));
    }
    page.text.Line();
  }
  page.text.Line("-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html");
}

void PrintFlaky(const Page& page, const std::vector<FlakyTest>& tests) {
  if (tests.empty()) return;
  page.text.Rule('=', "flaky tests", {Color::kYellow});
  for (const FlakyTest& test : tests) {
    std::string line = absl::StrCat("FLAKY ", page.paths.NodeId(test.node_id), " - passed at attempt ", test.attempt);
    if (!test.failure.empty()) absl::StrAppend(&line, "; before: ", test.failure);
    page.text.Line(line);
  }
}

void PrintQuarantined(const Page& page, const std::vector<QuarantinedTest>& tests) {
  if (tests.empty()) return;
  page.text.Rule('=', "quarantined tests that failed", {Color::kYellow});
  for (const QuarantinedTest& test : tests) {
    page.text.Line(absl::StrCat("QUARANTINED ", page.paths.NodeId(test.node_id), " - ", test.why));
  }
}

void PrintLabels(const Page& page, const std::vector<LabelledTest>& tests) {
  if (tests.empty()) return;
  page.text.Rule('=', "failures and their history");
  for (const LabelledTest& test : tests)
    page.text.Line(absl::StrCat(page.paths.NodeId(test.node_id), " - ", test.label));
}

bool ShowsTiming(const Page& page, const results::TimingSummary& timing) {
  constexpr double kLongRunS = 10;
  const bool plain = timing.workers < 2 || (timing.agents < 2 && timing.total_s <= kLongRunS);
  return !plain && page.options.verbosity >= 0;
}

void PrintTiming(const Page& page, const results::TimingSummary& timing) {
  if (!ShowsTiming(page, timing)) return;
  const double all_s = std::max(timing.busy_s + timing.setup_s + timing.waiting_s + timing.tail_s, 1e-9);
  const auto percent = [&](double seconds) { return absl::StrFormat("%.0f %%", 100 * seconds / all_s); };
  page.text.Rule('=', "where the time went");
  page.text.Line(absl::StrFormat(
      "%.2fs in all: %.2fs until the first worker was ready, %.2fs until the last result, %.2fs to end", timing.total_s,
      timing.before_s, timing.tests_s, std::max(0.0, timing.total_s - timing.before_s - timing.tests_s)));
  page.text.Line(absl::StrCat(timing.workers, " workers: ", percent(timing.busy_s), " busy with tests, ",
                              percent(timing.setup_s), " set-up, ", percent(timing.waiting_s), " waiting for work, ",
                              percent(timing.tail_s), " tail (nothing left to do while others still ran)"));
  std::string line =
      absl::StrFormat("longest test %.2fs %s", timing.longest_test_s, page.paths.NodeId(timing.longest_test));
  if (!timing.last_agent.empty()) {
    absl::StrAppendFormat(&line, "; slowest agent %s, done %.2fs after the first", timing.last_agent,
                          timing.last_agent_behind_s);
  }
  page.text.Line(line);
}

void PrintDurations(const Page& page, std::vector<PhaseDuration> durations) {
  if (!page.options.durations.has_value() || durations.empty()) return;
  const size_t wanted = static_cast<size_t>(std::max(0, *page.options.durations));
  const double least = page.options.durations_min.value_or(page.options.verbosity < 2 ? 0.005 : 0.0);
  std::stable_sort(durations.begin(), durations.end(),
                   [](const PhaseDuration& a, const PhaseDuration& b) { return a.seconds > b.seconds; });
  page.text.Rule('=', wanted == 0 ? "slowest durations" : absl::StrCat("slowest ", wanted, " durations"));
  if (wanted > 0 && wanted < durations.size()) durations.resize(wanted);
  for (size_t i = 0; i < durations.size(); ++i) {
    if (durations[i].seconds < least) {
      page.text.Line();
      page.text.Line(
          absl::StrFormat("(%d durations < %gs hidden.%s)", durations.size() - i, least,
                          page.options.durations_min.has_value() ? "" : "  Use -vv to show these durations."));
      break;
    }
    page.text.Line(absl::StrFormat("%.2fs %-8s %s", durations[i].seconds, durations[i].when, durations[i].node_id));
  }
}

void PrintNotRun(const Page& page, const results::RunSummary& summary) {
  const results::Books& books = summary.books;
  if (books.balanced && books.not_run.empty() && books.disagreements.empty()) return;
  if (books.balanced && !summary.stop_reason.empty() && summary.exit_code != kNotRun) {
    std::map<std::string, results::NotRunCount> by_reason;
    for (const results::NotRun& test : books.not_run) by_reason[test.reason].Add(test);
    for (const auto& [reason, count] : by_reason) {
      page.text.EnsureNewline();
      page.text.Line(absl::StrCat(count.Text(), " not run", reason.empty() ? "" : ": ", reason), {Color::kYellow});
    }
    return;
  }
  // Enough to see what they have in common. The event lines have all of them.
  constexpr size_t kNamed = 20;
  page.text.Rule('=', "tests that were not run", kBad);
  for (size_t i = 0; i < books.not_run.size() && i < kNamed; ++i) {
    const results::NotRun& test = books.not_run[i];
    const std::string& name = test.ref.node_id().empty() ? test.module : test.ref.node_id();
    page.text.Line(absl::StrCat("NOT RUN ", name.empty() ? "" : page.paths.NodeId(name), results::NotRunSuffix(test),
                                " - ", test.reason));
  }
  if (books.not_run.size() > kNamed) {
    results::NotRunCount rest;
    for (size_t i = kNamed; i < books.not_run.size(); ++i) rest.Add(books.not_run[i]);
    page.text.Line(absl::StrCat("... and ", rest.Text(), " more"));
  }
  for (const std::string& disagreement : books.disagreements) page.text.Line(disagreement);
  if (!books.balanced) {
    page.text.Line(absl::StrCat("The books do not balance: ", books.collected, " collected, ", books.reported,
                                " reported, ", books.CountNotRun().tests(), " known as not run."),
                   {Color::kRed});
  }
}

}  // namespace fastest::report
