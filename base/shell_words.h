// Splits a line into words as a POSIX shell does, without expanding anything: what Python's shlex.split does, and so how pytest reads addopts.
#ifndef FASTEST_BASE_SHELL_WORDS_H_
#define FASTEST_BASE_SHELL_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest {

// InvalidArgument: a quote that is not closed, or a backslash at the end.
absl::StatusOr<std::vector<std::string>> SplitShellWords(const std::string& line);

}  // namespace fastest

#endif  // FASTEST_BASE_SHELL_WORDS_H_
