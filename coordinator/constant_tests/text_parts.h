// Questions to a text, for std::string_view. (Those of absl are for its own string_view, which is another type here.)
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_TEXT_PARTS_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_TEXT_PARTS_H_

#include <string_view>

#include "absl/strings/ascii.h"

namespace fastest::constant_tests {

inline bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

inline bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

inline bool Holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Without blanks and newlines at both ends.
inline std::string_view Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

// Whether names consist of such characters.
inline bool IsWordPart(char character) { return absl::ascii_isalnum(character) || character == '_'; }

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_TEXT_PARTS_H_
