// How wide text is on a terminal. pytest lays its lines out by these rules, and ours have to break at the same places.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_TEXT_WIDTH_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_TEXT_WIDTH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastest::report {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 1;
  // False for a byte that is not part of valid UTF-8; `value` is then that byte.
  bool valid = true;
};

// Decodes what `text` (not empty) begins with.
CodePoint Decode(std::string_view text);

// Code points of UTF-8 text. A byte that is not part of valid UTF-8 counts as one code point of its own.
size_t CodePoints(std::string_view text);

// The first `count` code points of `text`.
std::string_view FirstCodePoints(std::string_view text, size_t count);

// Columns that `text` takes; -1 if it holds a control character. Wide East Asian characters take two, combining ones none.
int DisplayWidth(std::string_view text);

// `before` + first line of `message` + `after`, its message cut with "..." so that all fits into `columns`. Nothing if not even the
// three dots fit.
std::optional<std::string> FitMessage(std::string_view before, std::string_view message, std::string_view after,
                                      int columns);

// `text` padded with spaces on the left to `width` code points.
std::string PadLeft(std::string_view text, int width);

// Breaks `text`, which begins at column `first_column`, at spaces so that no line exceeds `columns`; longer words are cut.
std::string WrapWords(std::string_view text, int first_column, int columns);

// Lines without their ends, as Python's str.splitlines for the line ends that occur in practice (\n, \r\n, \r).
std::vector<std::string_view> SplitLines(std::string_view text);

std::string_view WithoutPrefix(std::string_view text, std::string_view prefix);

// Without white space at the end.
std::string_view StripRight(std::string_view text);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_TEXT_WIDTH_H_
