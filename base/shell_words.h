// Words of a POSIX shell, read and written.
#ifndef FASTEST_BASE_SHELL_WORDS_H_
#define FASTEST_BASE_SHELL_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest {

// Splits a line as Python's shlex.split does, and so as pytest reads addopts: nothing is expanded. InvalidArgument: a
// quote is not closed, or a backslash is at the end.
absl::StatusOr<std::vector<std::string>> SplitShellWords(const std::string& line);

// `word` as it must be typed in a shell: unchanged if that is surely safe, else in single quotes.
std::string QuoteForShell(const std::string& word);

}  // namespace fastest

#endif  // FASTEST_BASE_SHELL_WORDS_H_
