#include "coordinator/discovery/project/pattern.h"

#include <cstddef>
#include <cstdint>

namespace fastest::discovery {
namespace {

// The code point at `at`; moves `at` behind it. A byte that starts no valid sequence counts as itself.
char32_t NextCharacter(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(*at);
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  char32_t result = more == 3 ? first & 0x07 : more == 2 ? first & 0x0f : more == 1 ? first & 0x1f : first;
  if (*at + more >= text.size() + (more == 0 ? 1 : 0)) {
    ++*at;
    return first;
  }
  for (int i = 1; i <= more; ++i) {
    if ((byte(*at + i) & 0xc0) != 0x80) {
      ++*at;
      return first;
    }
    result = (result << 6) | (byte(*at + i) & 0x3f);
  }
  *at += 1 + more;
  return result;
}

// The offset of the ']' that closes the set that opens at `open`. If it is npos, the '[' stands for itself.
size_t EndOfSet(std::string_view pattern, size_t open) {
  size_t at = open + 1;
  if (at < pattern.size() && pattern[at] == '!') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  return pattern.find(']', at);
}

bool SetContains(std::string_view set, char32_t character) {
  const bool negated = !set.empty() && set[0] == '!';
  if (negated) set.remove_prefix(1);
  bool found = false;
  size_t at = 0;
  while (at < set.size()) {
    const char32_t low = NextCharacter(set, &at);
    char32_t high = low;
    if (at + 1 < set.size() && set[at] == '-') {
      ++at;
      high = NextCharacter(set, &at);
    }
    found = found || (low <= character && character <= high);
  }
  return found != negated;
}

}  // namespace

bool MatchesPattern(std::string_view name, std::string_view pattern) {
  size_t n = 0;
  size_t p = 0;
  // Where to continue if what follows the last '*' does not fit: the star then takes one character more.
  size_t star = std::string_view::npos;
  size_t star_name = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_name = n;
      continue;
    }
    bool fits = false;
    if (n == name.size()) {
      if (p == pattern.size()) return true;
    } else if (p < pattern.size()) {
      size_t next = n;
      const char32_t character = NextCharacter(name, &next);
      const size_t end = pattern[p] == '[' ? EndOfSet(pattern, p) : std::string_view::npos;
      if (end != std::string_view::npos) {
        fits = SetContains(pattern.substr(p + 1, end - p - 1), character);
        if (fits) p = end + 1;
      } else if (pattern[p] == '?') {
        fits = true;
        ++p;
      } else {
        size_t after = p;
        fits = NextCharacter(pattern, &after) == character;
        if (fits) p = after;
      }
      if (fits) n = next;
    }
    if (fits) continue;
    if (star == std::string_view::npos || star_name >= name.size()) return false;
    NextCharacter(name, &star_name);
    n = star_name;
    p = star;
  }
}

bool PathMatchesPattern(std::string_view path, std::string_view pattern) {
  if (pattern.find('/') == std::string_view::npos) {
    const size_t slash = path.rfind('/');
    return MatchesPattern(slash == std::string_view::npos ? path : path.substr(slash + 1), pattern);
  }
  if (!path.empty() && path[0] == '/' && pattern[0] != '/') return MatchesPattern(path, "*/" + std::string(pattern));
  return MatchesPattern(path, pattern);
}

bool NameMatchesOption(std::string_view name, const std::vector<std::string>& options) {
  for (const std::string& option : options) {
    if (name.substr(0, option.size()) == option) return true;
    if (HasPatternCharacters(option) && MatchesPattern(name, option)) return true;
  }
  return false;
}

bool HasPatternCharacters(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

}  // namespace fastest::discovery
