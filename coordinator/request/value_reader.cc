#include "coordinator/request/value_reader.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fastest::request {
namespace {

// "'live', 'plain' and 'none'".
std::string Listed(std::initializer_list<const char*> words) {
  std::string text;
  for (const char* const* word = words.begin(); word != words.end(); ++word) {
    const bool last = word + 1 == words.end();
    absl::StrAppend(&text, word == words.begin() ? "" : last ? " and " : ", ", "'", *word, "'");
  }
  return text;
}

}  // namespace

std::string ValueReader::Text(const std::string& option, const std::string& otherwise) const {
  return line_.Last(option).value_or(otherwise);
}

absl::StatusOr<int> ValueReader::Number(const std::string& option, int otherwise, const Range& range) const {
  if (!Has(option)) return otherwise;
  int number = 0;
  if (absl::SimpleAtoi(Text(option), &number) && number >= range.least && number <= range.most) return number;
  return Wrong(option, absl::StrCat(range.words, " is needed"));
}

absl::StatusOr<double> ValueReader::Seconds(const std::string& option, double otherwise) const {
  if (!Has(option)) return otherwise;
  double seconds = 0;
  if (absl::SimpleAtod(Text(option), &seconds) && seconds >= 0) return seconds;
  return Wrong(option, "a number of seconds is needed (0: no limit)");
}

absl::StatusOr<std::string> ValueReader::Choice(const std::string& option,
                                                std::initializer_list<const char*> words) const {
  std::string given = Text(option, *words.begin());
  if (std::find(words.begin(), words.end(), given) != words.end()) return given;
  return Wrong(option, absl::StrCat("there are ", Listed(words)));
}

absl::StatusOr<std::optional<std::string>> ValueReader::FlagOrWord(const std::string& option,
                                                                   const std::string& word) const {
  std::optional<std::string> given = line_.Last(option);
  if (!given.has_value() || given->empty() || *given == word) return given;
  return absl::InvalidArgumentError(
      absl::StrCat(option, "=", *given, ": there are '", option, "' and '", option, "=", word, "'"));
}

std::string ValueReader::Path(const std::string& option) const {
  return invocation_.Absolute(line_.Last(option).value_or(""));
}

std::vector<std::string> ValueReader::Paths(const std::string& option) const {
  std::vector<std::string> paths;
  for (const std::string& path : line_.All(option)) paths.push_back(invocation_.Absolute(path));
  return paths;
}

absl::StatusOr<std::string> ValueReader::PortFile(const std::string& option, const std::string& listener) const {
  std::string path = Path(option);
  if (path.empty() || !Text(listener).empty()) return path;
  return absl::InvalidArgumentError(absl::StrCat(option, " is for ", listener, ": give both"));
}

absl::Status ValueReader::Wrong(const std::string& option, const std::string& message) const {
  return absl::InvalidArgumentError(absl::StrCat(line_.Given(option), ": ", message));
}

}  // namespace fastest::request
