// Text on its way to a terminal or a pipe: colours, rules across the page, the column reached, and one transient last line.
//
// Not thread-safe. The stream is the caller's and must outlive the object.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_TERMINAL_TEXT_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_TERMINAL_TEXT_H_

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastest::report {

// Values are the escape codes of the foreground colours.
enum class Color { kNone = 0, kRed = 31, kGreen = 32, kYellow = 33, kCyan = 36 };

struct Style {
  Color color = Color::kNone;
  bool bold = false;
};

class TerminalText {
 public:
  // `columns`: width of the page. Without `color`, styles have no effect.
  TerminalText(std::ostream& out, bool color, int columns) : out_(out), color_(color), columns_(columns) {}

  bool color() const { return color_; }
  int columns() const { return columns_; }
  // Columns already taken on the current line; -1 if it holds something whose width is not known.
  int column() const;

  // `text` between the escape sequences of `style`.
  std::string Styled(std::string_view text, Style style) const;

  void Write(std::string_view text, Style style = {});
  // The rest of a line and its end.
  void Line(std::string_view text = {}, Style style = {});
  // Text that may hold escape sequences and lines of its own; ends with a line end, whether or not `text` does.
  void Block(std::string_view text);
  // A rule over the whole width: "=== title ===". Begins a new line where one is open.
  void Rule(char fill, std::string_view title, Style style = {});
  // As above with a title that is styled in parts: `title_columns` is its length without escape sequences.
  void Rule(char fill, std::string_view styled_title, size_t title_columns, Style style);
  // Ends the current line if anything stands on it.
  void EnsureNewline();

  // Shows lines (each cut to the width) below everything until something else is written or they are cleared. Only for terminals, and only
  // at the beginning of a line: elsewhere it does nothing.
  void ShowLive(const std::vector<std::pair<std::string, Style>>& rows);
  void ClearLive();
  // The terminal has another width now. What is live is wrapped anew by it, which the next clearing allows for.
  void Resize(int columns) { columns_ = columns; }

  void Flush() { out_.flush(); }
  // False once the stream has failed (a closed pipe, a full disk).
  bool ok() const { return out_.good(); }

 private:
  // The cursor goes to where the live lines begin; they are then no longer live.
  void BackToLive();

  std::ostream& out_;
  const bool color_;
  int columns_;
  // Unstyled text of the line that is being written.
  std::string line_;
  // Width of each line that is live.
  std::vector<int> live_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_TERMINAL_TEXT_H_
