#include "coordinator/discovery/text/skim.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "coordinator/discovery/text/token_scan.h"

namespace fastest::discovery {
namespace {

constexpr std::string_view kUndecorated = "0\n";
constexpr std::string_view kDecorated = "def _():0\n";

// Goes once over a file, and takes out the functions at any level except inside other functions.
class Skimmer {
 public:
  explicit Skimmer(std::string_view source) : source_(source), scan_(source) {}

  Outline Run() {
    while (true) {
      const size_t line_start = scan_.position();
      const int width = scan_.NextStatement();
      if (width < 0) break;
      if (!Statement(line_start, width)) {
        outline_.error_line = std::max(1, scan_.line());
        break;
      }
    }
    return std::move(outline_);
  }

 private:
  bool Statement(size_t line_start, int width) {
    const size_t start = scan_.position();
    const int line = scan_.line();
    TokenScan header = scan_;
    std::string_view word = header.TakeName();
    bool is_async = false;
    if (word == "async") {
      header.SkipBlanks(/*in_brackets=*/false);
      word = header.TakeName();
      is_async = true;
    }
    // Blank lines and comments may come before the line of the statement. The indentation of that line is kept as
    // written.
    const size_t newline = start == 0 ? std::string_view::npos : source_.rfind('\n', start - 1);
    const size_t row_start = std::max(line_start, newline == std::string_view::npos ? 0 : newline + 1);
    if (word == "def") return Function(header, line, width, is_async, source_.substr(row_start, start - row_start));
    if (!scan_.SkipLogicalLine()) return false;
    scan_.TakeYield();
    after_decorator_ = source_[start] == '@';
    in_row_ = false;
    outline_.lines.push_back({static_cast<uint32_t>(outline_.text.size()), line});
    outline_.text.append(source_.substr(row_start, scan_.position() - row_start));
    if (outline_.text.back() != '\n') outline_.text += '\n';
    return true;
  }

  // `header` stands behind `def`.
  bool Function(TokenScan header, int line, int width, bool is_async, std::string_view indentation) {
    SkimmedFunction function;
    function.line = line;
    function.is_async = is_async;
    if (!Header(header, function)) return false;
    scan_ = header;
    if (!Body(width, function)) return false;
    if (in_row_ && row_width_ == width && !after_decorator_) {
      ++outline_.gaps.back().count;
    } else {
      outline_.lines.push_back({static_cast<uint32_t>(outline_.text.size()), line});
      outline_.text.append(indentation);
      outline_.gaps.push_back(
          {static_cast<uint32_t>(outline_.text.size()), static_cast<uint32_t>(outline_.functions.size()), 1});
      outline_.text.append(after_decorator_ ? kDecorated : kUndecorated);
      in_row_ = !after_decorator_;
      row_width_ = width;
    }
    after_decorator_ = false;
    outline_.functions.push_back(std::move(function));
    return true;
  }

  // Reads from behind `def` to behind the ':'.
  static bool Header(TokenScan& scan, SkimmedFunction& function) {
    scan.SkipBlanks(/*in_brackets=*/false);
    function.name = scan.TakeName();
    // Type parameters stand in brackets, which are skipped as a whole.
    if (function.name.empty() || !scan.SkipTo("(", /*in_brackets=*/false)) return false;
    scan.set_position(scan.position() + 1);
    if (!Arguments(scan, function)) return false;
    if (!scan.SkipTo(":", /*in_brackets=*/false)) return false;
    scan.set_position(scan.position() + 1);
    return true;
  }

  // Reads from behind '(' to behind ')'.
  static bool Arguments(TokenScan& scan, SkimmedFunction& function) {
    while (true) {
      scan.SkipBlanks(/*in_brackets=*/true);
      const bool starred = scan.Peek() == '*';
      if (scan.Peek() == '/') {
        function.positional_only = !function.arguments.empty();
        function.arguments.clear();
      }
      const std::string_view name = scan.TakeName();
      if (!scan.SkipTo(",=)", /*in_brackets=*/true)) return false;
      if (!name.empty() && !starred && scan.Peek() != '=') function.arguments.push_back(name);
      if (scan.Peek() == '=' && !SkipDefault(scan)) return false;
      const bool last = scan.Peek() == ')';
      scan.set_position(scan.position() + 1);
      if (last) return true;
    }
  }

  // Reads from '=' to the ',' or ')' behind the value. Commas between `lambda` and its ':' are part of the value.
  static bool SkipDefault(TokenScan& scan) {
    while (scan.SkipTo(",)l", /*in_brackets=*/true)) {
      if (scan.Peek() != 'l') return true;
      const bool starts_word = !IsNameCharacter(scan.Previous());
      const std::string_view word = scan.TakeName();
      if (starts_word && word == "lambda" && !scan.SkipTo(":", /*in_brackets=*/true)) return false;
    }
    return false;
  }

  // Reads from behind the ':' to the end of the body.
  bool Body(int width, SkimmedFunction& function) {
    scan_.TakeYield();
    scan_.SkipBlanks(/*in_brackets=*/false);
    const bool inline_body = scan_.Peek() != '\n' && scan_.Peek() != '#' && !scan_.at_end();
    if (!scan_.SkipLogicalLine()) return false;
    function.yields = scan_.TakeYield();
    if (inline_body) return true;
    // The width of the nearest function or class inside the body. Its `yield`s are its own.
    int nested = -1;
    bool any = false;
    while (true) {
      TokenScan next = scan_;
      const int inner = next.NextStatement();
      if (inner <= width) return any;
      any = true;
      scan_ = next;
      if (nested >= 0 && inner <= nested) nested = -1;
      const bool opens = nested < 0 && OpensScope(next);
      if (!scan_.SkipLogicalLine()) return false;
      const bool yields = scan_.TakeYield();
      function.yields = function.yields || (yields && nested < 0 && !opens);
      if (opens) nested = inner;
    }
  }

  static bool OpensScope(TokenScan scan) {
    std::string_view word = scan.TakeName();
    if (word == "async") {
      scan.SkipBlanks(/*in_brackets=*/false);
      word = scan.TakeName();
    }
    return word == "def" || word == "class";
  }

  std::string_view source_;
  TokenScan scan_;
  Outline outline_;
  // The last thing written was a row of functions with this indentation. One more can join it.
  bool in_row_ = false;
  int row_width_ = 0;
  bool after_decorator_ = false;
};

}  // namespace

int Outline::LineAt(uint32_t offset) const {
  const auto after = std::upper_bound(lines.begin(), lines.end(), offset,
                                      [](uint32_t wanted, const LineMark& mark) { return wanted < mark.offset; });
  if (after == lines.begin()) return 1;
  const LineMark& mark = *(after - 1);
  return mark.line + static_cast<int>(std::count(text.begin() + mark.offset, text.begin() + offset, '\n'));
}

Outline Skim(std::string_view source) { return Skimmer(source).Run(); }

}  // namespace fastest::discovery
