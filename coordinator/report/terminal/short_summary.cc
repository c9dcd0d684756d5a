#include "coordinator/report/terminal/short_summary.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/report/text/text_width.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

using Lines = std::vector<std::string>;

// What follows the node id, for reports whose worker wrote no line: the reason, or as much of the message as fits.
std::string Remark(const Page& page, const v1::Phase& phase, const std::string& word_and_id) {
  if (phase.xfail() || phase.outcome() == "skipped") {
    return phase.skip_reason().empty() ? "" : " - " + phase.skip_reason();
  }
  if (phase.outcome() == "passed" || phase.crash_message().empty()) return "";
  if (page.options.verbosity >= 2) return " - " + phase.crash_message();
  const int room = page.text.columns() - DisplayWidth(word_and_id);
  return FitMessage(" - ", phase.crash_message(), "", room).value_or("");
}

// The line of one report: as its worker wrote it, or composed here. What follows the path in its node id is bold.
std::string LineOf(const Page& page, const TestReport& report, Color color) {
  const v1::Phase& phase = report.phase;
  const std::string node_id = page.paths.NodeId(report.node_id);
  std::string line(phase.summary_line());
  if (line.empty()) {
    const bool not_in_call = phase.category() == "xfailed" && phase.when() != "call";
    line = not_in_call ? absl::StrCat("at ", phase.when(), " of ", node_id) : node_id;
    line += Remark(page, phase, absl::StrCat(phase.word(), " ", line));
  } else if (absl::StartsWith(line, report.node_id)) {
    // An agent that speaks for a dead worker knows nothing of the user's directory.
    line.replace(0, report.node_id.size(), node_id);
  }
  const size_t begin = line.find(node_id);
  const size_t rest = ModuleOf(node_id).size() + 2;
  if (begin != std::string::npos && rest < node_id.size()) {
    line.replace(begin + rest, node_id.size() - rest, page.text.Styled(node_id.substr(rest), {Color::kNone, true}));
  }
  return absl::StrCat(page.text.Styled(phase.word(), {color}), " ", line);
}

void AddLines(const Page& page, const std::vector<TestReport>& reports, Color color, Lines& lines) {
  for (const TestReport& report : reports) lines.push_back(LineOf(page, report, color));
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
    if (kind == 'f') AddLines(page, of("failed"), Color::kRed, lines);
    if (kind == 'E') AddLines(page, of("error"), Color::kRed, lines);
    if (kind == 'p') AddLines(page, of("passed"), Color::kGreen, lines);
    if (kind == 'x') AddLines(page, of("xfailed"), Color::kYellow, lines);
    if (kind == 'X') AddLines(page, of("xpassed"), Color::kYellow, lines);
    if (kind == 's' && page.options.fold_skipped) AddFoldedSkips(page, of("skipped"), lines);
    if (kind == 's' && !page.options.fold_skipped) AddLines(page, of("skipped"), Color::kYellow, lines);
  }
  if (lines.empty()) return;
  page.text.Rule('=', "short test summary info", {Color::kCyan, true});
  for (const std::string& line : lines) page.text.Line(line);
}

}  // namespace fastest::report
