#include "coordinator/report/text/text_width.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>

namespace fastest::report {
namespace {

// glibc's table of widths belongs to a locale. The process may run in "C", which knows only ASCII.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  ~Utf8Locale() {
    if (locale_ != nullptr) freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

  int Width(uint32_t value) const {
    if (locale_ == nullptr) return 1;
    const locale_t before = uselocale(locale_);
    const int width = wcwidth(static_cast<wchar_t>(value));
    uselocale(before);
    return width;
  }

 private:
  locale_t locale_;
};

int WidthOf(uint32_t value) {
  if (value >= 0x20 && value < 0x7F) return 1;
  if (value == 0 || (value >= 0x200B && value <= 0x200F) || (value >= 0x2028 && value <= 0x202E) ||
      (value >= 0x2060 && value <= 0x2063)) {
    return 0;
  }
  if (value < 0x20 || (value >= 0x7F && value < 0xA0)) return -1;
  static const Utf8Locale locale;
  const int width = locale.Width(value);
  // Unassigned and unprintable code points are drawn as some box.
  return width < 0 ? 1 : width;
}

}  // namespace

CodePoint Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t bytes = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (bytes == 1) return {lead, 1, true};
  if (bytes == 0 || text.size() < bytes) return {lead, 1, false};
  uint32_t value = lead & (0xFFu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {lead, 1, false};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  return {value, bytes, true};
}

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(Decode(text).bytes);
  return count;
}

std::string_view FirstCodePoints(std::string_view text, size_t count) {
  size_t bytes = 0;
  for (; count > 0 && bytes < text.size(); --count) bytes += Decode(text.substr(bytes)).bytes;
  return text.substr(0, bytes);
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    const int columns = point.valid ? WidthOf(point.value) : 1;
    if (columns < 0) return -1;
    width += columns;
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::optional<std::string> FitMessage(std::string_view before, std::string_view message, std::string_view after,
                                      int columns) {
  constexpr std::string_view kEllipsis = "...";
  message = message.substr(0, message.find('\n'));
  const int frame = DisplayWidth(before) + DisplayWidth(after);
  if (frame + static_cast<int>(kEllipsis.size()) > columns) return std::nullopt;
  std::string text(message);
  if (frame + DisplayWidth(message) > columns) {
    const int room = columns - static_cast<int>(kEllipsis.size());
    size_t count = std::min(CodePoints(message), static_cast<size_t>(room));
    while (count > 0 && frame + DisplayWidth(FirstCodePoints(message, count)) > room) --count;
    text = std::string(FirstCodePoints(message, count)) + std::string(kEllipsis);
  }
  return std::string(before) + text + std::string(after);
}

std::string PadLeft(std::string_view text, int width) {
  const int missing = width - static_cast<int>(CodePoints(text));
  return std::string(static_cast<size_t>(std::max(0, missing)), ' ') + std::string(text);
}

std::string WrapWords(std::string_view text, int first_column, int columns) {
  columns = std::max(columns, 1);
  std::string out;
  int column = first_column;
  while (!text.empty()) {
    // A word with the spaces before it. At the end of a line, the spaces are dropped.
    const size_t word_begin = std::min(text.find_first_not_of(' '), text.size());
    const size_t word_end = std::min(text.find(' ', word_begin), text.size());
    const int spaces = static_cast<int>(word_begin);
    std::string_view word = text.substr(word_begin, word_end - word_begin);
    if (word.empty()) break;
    int length = static_cast<int>(CodePoints(word));
    if (column > 0 && column + spaces + length > columns && length <= columns) {
      out += '\n';
      column = 0;
    } else {
      out.append(word_begin, ' ');
      column += spaces;
    }
    for (; column + length > columns; length = static_cast<int>(CodePoints(word))) {
      const std::string_view piece = FirstCodePoints(word, static_cast<size_t>(std::max(0, columns - column)));
      out += piece;
      out += '\n';
      word.remove_prefix(piece.size());
      column = 0;
    }
    out += word;
    column += length;
    text.remove_prefix(word_end);
  }
  return out;
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    const bool pair = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (pair ? 2 : 1));
  }
  return lines;
}

std::string_view WithoutPrefix(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) == prefix) text.remove_prefix(prefix.size());
  return text;
}

std::string_view StripRight(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n\f\v");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace fastest::report
