// Words of a POSIX shell, read and written.
#ifndef FASTEST_BASE_SHELL_WORDS_H_
#define FASTEST_BASE_SHELL_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest {

// Splits a line without expanding anything: what Python's shlex.split does, and so how pytest reads addopts. InvalidArgument: a quote that is not closed, or a backslash at the end.
absl::StatusOr<std::vector<std::string>> SplitShellWords(const std::string& line);

// `word` as it has to be typed in a shell: as it is where that is sure to be safe, else in single quotes.
std::string QuoteForShell(const std::string& word);

}  // namespace fastest

#endif  // FASTEST_BASE_SHELL_WORDS_H_
