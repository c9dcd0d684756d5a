// How wide text is on a terminal. pytest lays its lines out by these rules, and ours have to break at the same places.
// Pure.
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
  // False for a byte that is not part of valid UTF-8. `value` is then that byte.
  bool valid = true;
};

// Decodes the beginning of `text`, which must not be empty.
CodePoint Decode(std::string_view text);

// The number of code points. A byte that is not part of valid UTF-8 counts as a code point.
size_t CodePoints(std::string_view text);

// The first `count` code points of `text`.
std::string_view FirstCodePoints(std::string_view text, size_t count);

// The columns that `text` takes. -1 if it holds a control character. Wide East Asian characters take two columns,
// combining characters none.
int DisplayWidth(std::string_view text);

// `before` + the first line of `message` + `after`. The message is cut with "..." so that everything fits into
// `columns`. Nothing if not even the three dots fit.
std::optional<std::string> FitMessage(std::string_view before, std::string_view message, std::string_view after,
                                      int columns);

// `text` padded on the left with spaces to `width` code points.
std::string PadLeft(std::string_view text, int width);

// Breaks `text`, which begins at column `first_column`, at spaces, so that no line is longer than `columns`. Longer
// words are cut.
std::string WrapWords(std::string_view text, int first_column, int columns);

// The lines without their ends, as Python's str.splitlines for the line ends that occur in practice (\n, \r\n, \r).
std::vector<std::string_view> SplitLines(std::string_view text);

std::string_view WithoutPrefix(std::string_view text, std::string_view prefix);

// `text` without white space at the end.
std::string_view StripRight(std::string_view text);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_TEXT_WIDTH_H_
