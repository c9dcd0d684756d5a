#include "coordinator/report/text/terminal_text.h"

#include <algorithm>

#include "coordinator/report/text/text_width.h"

namespace fastest::report {

int TerminalText::column() const { return DisplayWidth(line_); }

std::string TerminalText::Styled(std::string_view text, Style style) const {
  if (!color_ || (style.color == Color::kNone && !style.bold)) return std::string(text);
  std::string styled;
  if (style.color != Color::kNone) styled += "\x1b[" + std::to_string(static_cast<int>(style.color)) + "m";
  if (style.bold) styled += "\x1b[1m";
  styled += text;
  styled += "\x1b[0m";
  return styled;
}

void TerminalText::Write(std::string_view text, Style style) {
  if (text.empty()) return;
  ClearLive();
  const size_t last_end = text.rfind('\n');
  if (last_end == std::string_view::npos) {
    line_ += text;
  } else {
    line_ = std::string(text.substr(last_end + 1));
  }
  out_ << Styled(text, style);
}

void TerminalText::Line(std::string_view text, Style style) {
  Write(text, style);
  Write("\n");
}

void TerminalText::Block(std::string_view text) {
  if (text.empty()) return;
  Write(text);
  if (text.back() != '\n') Write("\n");
}

void TerminalText::Rule(char fill, std::string_view title, Style style) { Rule(fill, title, CodePoints(title), style); }

void TerminalText::Rule(char fill, std::string_view styled_title, size_t title_columns, Style style) {
  EnsureNewline();
  const int title = static_cast<int>(title_columns);
  const int side = std::max((columns_ - title - 2) / 2, 1);
  const std::string bar(static_cast<size_t>(side), fill);
  std::string rule = bar + " " + std::string(styled_title) + " " + bar;
  if (2 * side + 2 + title + 1 <= columns_) rule += fill;
  Line(rule, style);
}

void TerminalText::EnsureNewline() {
  if (!line_.empty()) Write("\n");
}

void TerminalText::ShowLive(const std::vector<std::pair<std::string, Style>>& rows) {
  if (!line_.empty()) return;
  // Drawn over and not cleared first, because clearing would flicker.
  BackToLive();
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string visible = rows[i].first;
    std::replace_if(
        visible.begin(), visible.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    // The last column stays free: some terminals go to the next line as soon as it is filled.
    size_t count = std::min(CodePoints(visible), static_cast<size_t>(std::max(0, columns_ - 1)));
    std::string_view shown = FirstCodePoints(visible, count);
    for (int width = DisplayWidth(shown); count > 0 && (width < 0 || width >= columns_); width = DisplayWidth(shown)) {
      shown = FirstCodePoints(visible, --count);
    }
    out_ << (i == 0 ? "\r" : "\n") << Styled(shown, rows[i].second) << "\x1b[K";
    live_.push_back(std::max(0, DisplayWidth(shown)));
  }
  out_ << "\x1b[J";
}

void TerminalText::ClearLive() {
  if (live_.empty()) return;
  BackToLive();
  out_ << "\x1b[J";
}

void TerminalText::BackToLive() {
  if (live_.empty()) return;
  // On a terminal that has become narrower, a line takes several rows.
  int rows = -1;
  for (const int width : live_) rows += std::max(1, (width + columns_ - 1) / std::max(1, columns_));
  live_.clear();
  out_ << "\r";
  if (rows > 0) out_ << "\x1b[" << rows << "A";
}

}  // namespace fastest::report
