// Shell-style patterns with the meaning that Python's fnmatch and pytest give them: '*' and '?' match '/' too.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_PATTERN_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_PATTERN_H_

#include <string>
#include <string_view>
#include <vector>

namespace fastest::discovery {

// fnmatch.fnmatchcase(name, pattern): '*', '?', '[seq]', '[!seq]'. One '?' takes one character, not one byte.
bool MatchesPattern(std::string_view name, std::string_view pattern);

// pytest's rule for python_files and norecursedirs: a pattern without '/' is compared with the last component of
// `path`. Any other is compared with the whole path, wherever the pattern starts.
bool PathMatchesPattern(std::string_view path, std::string_view pattern);

// pytest's rule for python_functions and python_classes: each option is a prefix, or a pattern if it has pattern
// characters.
bool NameMatchesOption(std::string_view name, const std::vector<std::string>& options);

// Whether `text` has a character that makes it a pattern for Python's glob.
bool HasPatternCharacters(std::string_view text);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_PATTERN_H_
