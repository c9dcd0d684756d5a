// Text on its way to a terminal or a pipe: colours, rules across the page, the column reached, and transient last
// lines.
//
// Not thread-safe. The stream belongs to the caller and must outlive the object.
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
  // `columns` is the width of the page. Without `color`, styles have no effect.
  TerminalText(std::ostream& out, bool color, int columns) : out_(out), color_(color), columns_(columns) {}

  bool color() const { return color_; }
  int columns() const { return columns_; }
  // Columns already taken on the current line. -1 if the line holds something of unknown width.
  int column() const;

  // `text` between the escape sequences of `style`.
  std::string Styled(std::string_view text, Style style) const;

  void Write(std::string_view text, Style style = {});
  // Writes the rest of a line, and its end.
  void Line(std::string_view text = {}, Style style = {});
  // Text that may hold escape sequences and several lines. Ends with a line end, whether or not `text` does.
  void Block(std::string_view text);
  // A rule over the whole width: "=== title ===". Begins a new line if the current one is not empty.
  void Rule(char fill, std::string_view title, Style style = {});
  // The same with a title that is styled in parts. `title_columns` is its length without escape sequences.
  void Rule(char fill, std::string_view styled_title, size_t title_columns, Style style);
  // Ends the current line if it is not empty.
  void EnsureNewline();

  // Shows lines (each cut to the width) below everything, until something else is written or they are cleared. Works
  // only on terminals, and only at the beginning of a line. Otherwise it does nothing.
  void ShowLive(const std::vector<std::pair<std::string, Style>>& rows);
  void ClearLive();
  // The terminal has another width now. It wraps the live lines anew, and the next clearing allows for that.
  void Resize(int columns) { columns_ = columns; }

  void Flush() { out_.flush(); }
  // False once the stream has failed (a closed pipe, a full disk).
  bool ok() const { return out_.good(); }

 private:
  // Moves the cursor to the beginning of the live lines, which are then no longer live.
  void BackToLive();

  std::ostream& out_;
  const bool color_;
  int columns_;
  // The unstyled text of the current line.
  std::string line_;
  // The width of each live line.
  std::vector<int> live_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_TERMINAL_TEXT_H_
