#include "coordinator/discovery/project/ini_file.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fastest::discovery {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

std::string_view StripLeft(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string_view StripRight(std::string_view text) { return text.substr(0, text.find_last_not_of(kSpace) + 1); }

std::string_view Strip(std::string_view text) { return StripLeft(StripRight(text)); }

// The lines of `text` as str.splitlines splits them (of its many separators, those that occur in files).
std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  size_t start = 0;
  while (start < text.size()) {
    size_t end = text.find_first_of("\n\r\f\v", start);
    if (end == std::string_view::npos) end = text.size();
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++start;
  }
  return lines;
}

absl::Status Error(std::string_view path, size_t line, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(path), ":", line, ": ", std::string(what), "; pytest can't read this file"));
}

}  // namespace

absl::StatusOr<IniSections> ParseIni(std::string_view path, std::string_view text) {
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  IniSections sections;
  std::map<std::string, std::string>* section = nullptr;
  std::string* value = nullptr;
  size_t number = 0;
  for (std::string_view line : Lines(text)) {
    ++number;
    const std::string_view stripped = Strip(line);
    if (stripped.empty() || stripped[0] == '#' || stripped[0] == ';') continue;
    line = StripRight(line);
    if (line[0] == '[') {
      std::string_view header = line;
      for (const char comment : {'#', ';'}) header = StripRight(header.substr(0, header.find(comment)));
      if (header.back() == ']') {
        const std::string name(header.substr(1, header.size() - 2));
        if (name.empty()) return Error(path, number, "empty section name");
        const auto [found, is_new] = sections.try_emplace(name);
        if (!is_new) return Error(path, number, absl::StrCat("duplicate section '", name, "'"));
        section = &found->second;
        value = nullptr;
        continue;
      }
    }
    if (line[0] == '[' || kSpace.find(line[0]) != std::string_view::npos) {
      if (value == nullptr) return Error(path, number, "unexpected value continuation");
      if (!value->empty()) *value += '\n';
      value->append(stripped);
      continue;
    }
    size_t separator = line.find('=');
    // "a: b = c" is a line with a colon.
    if (separator == std::string_view::npos || line.substr(0, separator).find(':') != std::string_view::npos) {
      separator = line.find(':');
    }
    if (separator == std::string_view::npos) {
      return Error(path, number, absl::StrCat("unexpected line: '", std::string(line), "'"));
    }
    if (section == nullptr) return Error(path, number, "no section header defined");
    const std::string name(Strip(line.substr(0, separator)));
    const auto [found, is_new] = section->try_emplace(name, Strip(line.substr(separator + 1)));
    if (!is_new) return Error(path, number, absl::StrCat("duplicate name '", name, "'"));
    value = &found->second;
  }
  return sections;
}

}  // namespace fastest::discovery
