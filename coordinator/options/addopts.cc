#include "coordinator/options/addopts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/shell_words.h"
#include "base/status_macros.h"

namespace fastest::options {
namespace {

absl::StatusOr<CommandLine> ParseFrom(const std::string& source, const std::vector<std::string>& words) {
  absl::StatusOr<CommandLine> parsed = Parse(words);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(source, ": ", std::string(parsed.status().message())));
  }
  for (const auto& [name, values] : parsed->values) {
    parsed->origins[name] = absl::StrCat(source, ": ", parsed->Given(name));
  }
  return parsed;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitAddoptsVariable(const std::string& value) {
  absl::StatusOr<std::vector<std::string>> words = SplitShellWords(value);
  if (words.ok()) return words;
  return absl::InvalidArgumentError(absl::StrCat(kAddoptsVariable, ": ", std::string(words.status().message())));
}

absl::StatusOr<CommandLine> WithAddopts(const CommandLine& line, const std::vector<std::string>& of_ini_file,
                                        const std::vector<std::string>& of_variable) {
  ASSIGN_OR_RETURN(const CommandLine first, ParseFrom("addopts", of_ini_file));
  ASSIGN_OR_RETURN(const CommandLine then, ParseFrom(kAddoptsVariable, of_variable));
  CommandLine before = Join(first, then);
  before.paths.clear();
  return Join(before, line);
}

}  // namespace fastest::options
