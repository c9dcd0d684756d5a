#include "coordinator/report/files/markdown_reporter.h"

#include <algorithm>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/shell_words.h"
#include "coordinator/report/text/counts_line.h"
#include "coordinator/report/text/outcome_words.h"
#include "coordinator/report/text/pytest_order.h"
#include "coordinator/report/text/terminal_text.h"
#include "coordinator/report/text/text_width.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

// A GitHub summary may have 1 MiB. A person reads less.
constexpr size_t kMostFailures = 50;
constexpr size_t kMostNamed = 20;
constexpr size_t kMostOfText = 6000;

// Text of user code between back-ticks, as many as it needs.
std::string Code(std::string_view text) {
  size_t run = 0;
  size_t longest = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string ticks(longest + 1, '`');
  const std::string line = absl::StrReplaceAll(absl::string_view(text.data(), text.size()), {{"\n", " "}, {"\r", " "}});
  return longest == 0 ? absl::StrCat(ticks, line, ticks) : absl::StrCat(ticks, " ", line, " ", ticks);
}

std::string Block(std::string text) {
  if (text.size() > kMostOfText) {
    // The end of the text says what went wrong.
    size_t cut = text.size() - kMostOfText;
    cut = std::min(text.find('\n', cut), text.size() - 1) + 1;
    text = absl::StrCat("… (", cut, " bytes left out)\n", text.substr(cut));
  }
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return absl::StrCat(fence, "text\n", text, text.empty() || text.back() == '\n' ? "" : "\n", fence, "\n");
}

// In HTML, which Markdown accepts.
std::string Html(std::string_view text) {
  return absl::StrReplaceAll(absl::string_view(text.data(), text.size()),
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\n", " "}});
}

// How to repeat the failure of a test with what its worker ran before it.
std::string Replay(const TestReport& failure) {
  if (failure.phase.when() == "collect") return "";
  const std::string command = "fastest-coordinator --replay EVENTS --until " + QuoteForShell(failure.node_id);
  return absl::StrCat(
      "\nAgain, after all that its worker ran before it (EVENTS: what `--report-json` wrote): ", Code(command), "\n");
}

std::string More(size_t all, size_t shown) {
  return all > shown ? absl::StrCat("- … and ", all - shown, " more\n") : "";
}

}  // namespace

void MarkdownReporter::Attempt(const v1::TestResult& result, const results::Origin&) {
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (phase.outcome() != "failed") continue;
    const std::string& message = phase.crash_message().empty() ? result.death() : phase.crash_message();
    attempts_[ShownId(result)] = message.substr(0, message.find('\n'));
    return;
  }
}

void MarkdownReporter::Result(const v1::TestResult& result, const results::Origin& origin) {
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  if (!failed) {
    if (origin.attempt < 2) return;
    const std::string& before = attempts_[ShownId(result)];
    flaky_.emplace_back(ShownId(result), absl::StrCat("passed at attempt ", origin.attempt,
                                                      before.empty() ? "" : "; before: " + Code(before)));
    return;
  }
  if (!result.quarantined().empty()) {
    quarantined_.emplace_back(ShownId(result), result.quarantined());
    return;
  }
  if (result.has_label()) labels_[ShownId(result)] = LabelText(result.label());
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (phase.outcome() == "failed" && phase.subtest().empty()) failures_.emplace_back(result, phase);
  }
}

void MarkdownReporter::Collect(const v1::CollectReport& report) {
  if (report.outcome() == "failed") failures_.emplace_back(report);
}

bool MarkdownReporter::Finished(const results::RunSummary& summary) {
  const PytestOrder order(summary.module_order);
  order.Sort(failures_, [](const TestReport& report) -> const std::string& { return report.node_id; });
  std::ostringstream nowhere;
  const TerminalText plain(nowhere, /*color=*/false, /*columns=*/80);
  std::string text =
      absl::StrCat("## Tests: ", MakeCountsLine(summary.counts, {}, true, summary.duration_s, plain).plain, "\n");
  if (!summary.stop_reason.empty()) absl::StrAppend(&text, "\nStopped: ", Code(summary.stop_reason), "\n");

  if (!failures_.empty()) text += "\n### Failures\n";
  for (size_t i = 0; i < failures_.size() && i < kMostFailures; ++i) {
    const TestReport& failure = failures_[i];
    const std::string message = failure.phase.crash_message().substr(0, failure.phase.crash_message().find('\n'));
    const std::string where = failure.phase.when() == "call" ? "" : absl::StrCat(" (", failure.phase.when(), ")");
    absl::StrAppend(&text, "\n<details><summary><code>", Html(failure.node_id), "</code>", where,
                    message.empty() ? "" : " — ", Html(FirstCodePoints(message, 200)), "</summary>\n\n",
                    Block(failure.phase.longrepr()), Replay(failure), "\n</details>\n");
    if (const auto label = labels_.find(failure.node_id); label != labels_.end()) {
      absl::StrAppend(&text, "\n_", label->second, "_\n");
    }
  }
  if (failures_.size() > kMostFailures) absl::StrAppend(&text, "\n… and ", failures_.size() - kMostFailures, " more\n");

  if (!flaky_.empty()) text += "\n### Flaky\n\n";
  for (size_t i = 0; i < flaky_.size() && i < kMostNamed; ++i) {
    absl::StrAppend(&text, "- ", Code(flaky_[i].first), ": ", flaky_[i].second, "\n");
  }
  text += More(flaky_.size(), kMostNamed);

  if (!quarantined_.empty()) text += "\n### Quarantined tests that failed\n\n";
  for (size_t i = 0; i < quarantined_.size() && i < kMostNamed; ++i) {
    absl::StrAppend(&text, "- ", Code(quarantined_[i].first), ": ", Code(quarantined_[i].second), "\n");
  }
  text += More(quarantined_.size(), kMostNamed);

  const std::vector<results::NotRun>& not_run = summary.books.not_run;
  if (!not_run.empty()) absl::StrAppend(&text, "\n### Not run: ", summary.books.CountNotRun().Text(), "\n\n");
  for (size_t i = 0; i < not_run.size() && i < kMostNamed; ++i) {
    const std::string& name = not_run[i].ref.node_id().empty() ? not_run[i].module : not_run[i].ref.node_id();
    absl::StrAppend(&text, "- ", name.empty() ? "" : Code(name), results::NotRunSuffix(not_run[i]),
                    not_run[i].reason.empty() ? "" : ": " + Code(not_run[i].reason), "\n");
  }
  text += More(not_run.size(), kMostNamed);
  for (const std::string& problem : summary.books.disagreements) absl::StrAppend(&text, "- ", Code(problem), "\n");

  if (!summary.timing.longest_test.empty()) {
    absl::StrAppend(&text, "\nLongest test: ", Code(summary.timing.longest_test),
                    absl::StrFormat(", %.2f s. %d %s.\n", summary.timing.longest_test_s, run_.slots,
                                    run_.slots == 1 ? "worker" : "workers"));
  }
  absl::Status status = sink_->Write(text);
  if (status.ok()) status = sink_->Close();
  if (!status.ok()) {
    err_ << absl::StrCat("fastest: no Markdown report: ", status.message(), "\n");
    err_.flush();
  }
  return status.ok();
}

}  // namespace fastest::report
