// Questions about pieces of a module's text.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_TEXT_MATCH_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_TEXT_MATCH_H_

#include <string_view>

#include "absl/strings/ascii.h"

namespace fastest::constant_tests {

// abseil has these only for its own string_view, which is another type here.
inline bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
inline bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}
inline bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline bool IsWordPart(char character) { return absl::ascii_isalnum(character) || character == '_'; }

// `text` without the blanks and line breaks at its ends.
inline std::string_view Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_TEXT_MATCH_H_
