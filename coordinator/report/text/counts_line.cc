#include "coordinator/report/text/counts_line.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::report {
namespace {

std::string Duration(double seconds) {
  const std::string plain = absl::StrFormat("%.2fs", seconds);
  if (seconds < 60) return plain;
  const int64_t whole = static_cast<int64_t>(seconds);
  const int64_t days = whole / 86400;
  const std::string day = days == 0 ? "" : absl::StrFormat("%d day%s, ", days, days == 1 ? "" : "s");
  return absl::StrFormat("%s (%s%d:%02d:%02d)", plain, day, whole / 3600 % 24, whole / 60 % 60, whole % 60);
}

Color ColorOf(const std::string& category) {
  if (category == "failed" || category == "error" || category == "subtests failed") return Color::kRed;
  if (category == "passed" || category == "subtests passed") return Color::kGreen;
  return Color::kYellow;
}

std::string CountOf(int count, const std::string& category) {
  if (category == "error") return absl::StrCat(count, count == 1 ? " error" : " errors");
  if (category == "warnings") return absl::StrCat(count, count == 1 ? " warning" : " warnings");
  return absl::StrCat(count, " ", category);
}

}  // namespace

void MainColor::Saw(const std::string& category) {
  if (category.empty()) return;
  const std::vector<std::string>& known = KnownCategories();
  if (category == "failed" || category == "error") {
    bad_ = true;
  } else if (category == "warnings" || category == "xpassed") {
    unusual_ = true;
  } else if (category == "passed") {
    passed_ = true;
  } else if (std::find(known.begin(), known.end(), category) == known.end()) {
    unusual_ = true;
    if (std::find(unknown_.begin(), unknown_.end(), category) == unknown_.end()) unknown_.push_back(category);
  }
}

Color MainColor::Get(bool finished) const {
  if (bad_) return Color::kRed;
  if (unusual_) return Color::kYellow;
  return passed_ || !finished ? Color::kGreen : Color::kYellow;
}

const std::vector<std::string>& KnownCategories() {
  static const auto* const kKnown = new std::vector<std::string>{
      "failed",   "passed", "skipped",         "deselected",      "xfailed",         "xpassed",
      "warnings", "error",  "subtests passed", "subtests failed", "subtests skipped"};
  return *kKnown;
}

CountsLine MakeCountsLine(const std::map<std::string, int>& counts, const MainColor& color, bool finished,
                          double seconds, const TerminalText& text) {
  const Color main = color.Get(finished);
  std::vector<std::string> order = KnownCategories();
  order.insert(order.end(), color.unknown_categories().begin(), color.unknown_categories().end());
  for (const auto& [category, count] : counts) {
    if (std::find(order.begin(), order.end(), category) == order.end()) order.push_back(category);
  }
  CountsLine line;
  const auto add = [&](const std::string& part, Style style) {
    if (!line.plain.empty()) {
      line.plain += ", ";
      line.styled += ", ";
    }
    line.plain += part;
    line.styled += text.Styled(part, style);
  };
  for (const std::string& category : order) {
    const auto found = counts.find(category);
    if (category.empty() || found == counts.end() || found->second == 0) continue;
    const Color own = ColorOf(category);
    add(CountOf(found->second, category), {own, own == main});
  }
  if (line.plain.empty()) add("no tests ran", {Color::kYellow});
  const std::string duration = " in " + Duration(seconds);
  line.plain += duration;
  line.styled += text.Styled(duration, {main});
  return line;
}

}  // namespace fastest::report
