#include "coordinator/report/short_summary.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/report/text_width.h"

namespace fastest::report {
namespace {

using Lines = std::vector<std::string>;

// `path::` plain and what follows bold.
std::string StyledNodeId(const Page& page, std::string_view node_id) {
  const size_t colons = node_id.find("::");
  if (colons == std::string_view::npos) return std::string(node_id);
  return std::string(node_id.substr(0, colons + 2)) +
         page.text.Styled(node_id.substr(colons + 2), {Color::kNone, true});
}

// The line of a failure, error or pass: with the message as its worker cut it, or as it fits here.
std::string SimpleLine(const Page& page, const TestReport& report, Color color) {
  const v1::Phase& phase = report.phase;
  const std::string node_id = page.paths.NodeId(report.node_id);
  std::string_view message = phase.summary_line();
  std::string cut;
  if (message.substr(0, node_id.size()) == node_id) {
    message.remove_prefix(node_id.size());
  } else if (message.empty() && phase.outcome() != "passed" && !phase.crash_message().empty()) {
    if (page.options.verbosity >= 2) {
      cut = " - " + phase.crash_message();
    } else {
      const int taken = DisplayWidth(absl::StrCat(phase.word(), " ", node_id));
      cut = FitMessage(" - ", phase.crash_message(), "", page.text.columns() - taken).value_or("");
    }
    message = cut;
  } else if (!message.empty()) {
    return absl::StrCat(page.text.Styled(phase.word(), {color}), " ", phase.summary_line());
  }
  return absl::StrCat(page.text.Styled(phase.word(), {color}), " ", StyledNodeId(page, node_id), std::string(message));
}

void AddSimple(const Page& page, const std::vector<TestReport>& reports, Color color, Lines& lines) {
  for (const TestReport& report : reports) lines.push_back(SimpleLine(page, report, color));
}

void AddWithReason(const Page& page, const std::vector<TestReport>& reports, Lines& lines) {
  for (const TestReport& report : reports) {
    std::string line = page.text.Styled(report.phase.word(), {Color::kYellow}) + " ";
    if (report.phase.category() == "xfailed" && report.phase.when() != "call") {
      absl::StrAppend(&line, "at ", report.phase.when(), " of ");
    }
    line += StyledNodeId(page, page.paths.NodeId(report.node_id));
    if (!report.phase.skip_reason().empty()) absl::StrAppend(&line, " - ", report.phase.skip_reason());
    lines.push_back(line);
  }
}

// Skips of one place and reason share a line. Skips by mark share it however many lines of the file they stand on.
void AddFoldedSkips(const Page& page, const std::vector<TestReport>& skips, Lines& lines) {
  using Place = std::tuple<std::string, uint32_t, std::string>;
  std::map<Place, size_t> fold_of;
  std::vector<std::pair<Place, int>> folds;
  for (const TestReport& skip : skips) {
    const v1::Phase& phase = skip.phase;
    const bool by_mark = phase.skip_by_mark() && phase.when() == "setup";
    const Place place(page.paths.Path(phase.skip_path()), by_mark ? 0 : phase.skip_line(), phase.skip_reason());
    const auto [fold, is_new] = fold_of.try_emplace(place, folds.size());
    if (is_new) folds.emplace_back(place, 0);
    ++folds[fold->second].second;
  }
  for (const auto& [place, count] : folds) {
    const auto& [path, at_line, reason] = place;
    std::string line =
        absl::StrCat(page.text.Styled(skips.front().phase.word(), {Color::kYellow}), " [", count, "] ", path);
    if (at_line > 0) absl::StrAppend(&line, ":", at_line);
    absl::StrAppend(&line, ": ", std::string(WithoutPrefix(reason, "Skipped: ")));
    lines.push_back(line);
  }
}

}  // namespace

void PrintShortSummary(const Page& page, const ReportsByCategory& reports) {
  static const std::vector<TestReport> kNone;
  const auto of = [&](const char* category) -> const std::vector<TestReport>& {
    const auto found = reports.find(category);
    return found == reports.end() ? kNone : found->second;
  };
  Lines lines;
  for (const char kind : page.options.ResolvedReportChars()) {
    if (kind == 'f') AddSimple(page, of("failed"), Color::kRed, lines);
    if (kind == 'E') AddSimple(page, of("error"), Color::kRed, lines);
    if (kind == 'p') AddSimple(page, of("passed"), Color::kGreen, lines);
    if (kind == 'x') AddWithReason(page, of("xfailed"), lines);
    if (kind == 'X') AddWithReason(page, of("xpassed"), lines);
    if (kind == 's' && page.options.fold_skipped) AddFoldedSkips(page, of("skipped"), lines);
    if (kind == 's' && !page.options.fold_skipped) AddWithReason(page, of("skipped"), lines);
  }
  if (lines.empty()) return;
  page.text.Rule('=', "short test summary info", {Color::kCyan, true});
  for (const std::string& line : lines) page.text.Line(line);
}

}  // namespace fastest::report
