#include "coordinator/options/argument_file.h"

#include <errno.h>
#include <string.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/options/flag_table.h"

namespace fastest::options {
namespace {

// Files in files in files. A deeper chain means that a file names itself.
constexpr int kDeepest = 20;

// Whether `word` is one of Fastest's own options, and the next word is its value.
bool TakesOwnValue(const std::string& word) {
  return std::any_of(FlagTable().begin(), FlagTable().end(), [&word](const Flag& flag) {
    if (flag.handling != Handling::kOwn && flag.handling != Handling::kAsked) return false;
    if (flag.arity != Arity::kValue && flag.arity != Arity::kValues) return false;
    const std::vector<std::string> names = Names(flag);
    return std::find(names.begin(), names.end(), word) != names.end();
  });
}

// Divides at "\n", "\r\n" and "\r", as Python's text files do.
std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  }
  return lines;
}

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  // A folder can be opened, but not read.
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (errno != 0) return absl::InvalidArgumentError(absl::StrCat("@", path, ": ", strerror(errno)));
  return text.str();
}

absl::Status Append(const std::vector<std::string>& args, int depth, std::vector<std::string>* all) {
  for (const std::string& arg : args) {
    const bool is_value = !all->empty() && TakesOwnValue(all->back());
    if (arg.empty() || arg[0] != '@' || is_value) {
      all->push_back(arg);
      continue;
    }
    if (depth == kDeepest) return absl::InvalidArgumentError(absl::StrCat(arg, ": the file names itself"));
    ASSIGN_OR_RETURN(const std::string text, ReadAll(arg.substr(1)));
    RETURN_IF_ERROR(Append(Lines(text), depth + 1, all));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> WithArgumentFiles(const std::vector<std::string>& args) {
  std::vector<std::string> all;
  RETURN_IF_ERROR(Append(args, 0, &all));
  return all;
}

}  // namespace fastest::options
