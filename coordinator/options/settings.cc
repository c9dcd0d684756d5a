#include <toml++/toml.h>

#include <cstddef>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "coordinator/options/command_line.h"
#include "coordinator/options/flag_table.h"

namespace fastest::options {
namespace {

std::string Key(const Flag& flag) {
  const std::string name = MainName(flag);
  return name.substr(name.find_first_not_of('-'));
}

bool IsSetting(const Flag& flag) {
  // To ask for the version is no setting.
  return flag.handling == Handling::kOwn && MainName(flag) != "--version" && MainName(flag) != "--discover";
}

const Flag* FindSetting(const std::string& key) {
  for (const Flag& flag : FlagTable()) {
    if (IsSetting(flag) && Key(flag) == absl::StrReplaceAll(key, {{"_", "-"}})) return &flag;
  }
  return nullptr;
}

std::string KnownKeys() {
  std::string keys;
  for (const Flag& flag : FlagTable()) {
    if (IsSetting(flag)) absl::StrAppend(&keys, keys.empty() ? "" : ", ", Key(flag));
  }
  return keys;
}

absl::StatusOr<std::string> ValueText(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return absl::StrCat(number->get());
  return absl::InvalidArgumentError("a text or a number is needed");
}

absl::Status AddTable(const std::string& file, const toml::table& settings, CommandLine& line) {
  for (const auto& entry : settings) {
    const std::string key(entry.first.str());
    const Flag* flag = FindSetting(key);
    if (flag == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(file, ": Fastest has no setting '", key, "'; there are: ", KnownKeys()));
    }
    const absl::StatusOr<std::string> value = ValueText(entry.second);
    if (!value.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(file, ": ", key, ": ", std::string(value.status().message())));
    }
    line.values.try_emplace(MainName(*flag), std::vector<std::string>{*value});
  }
  return absl::OkStatus();
}

absl::StatusOr<toml::table> ParseFile(const std::string& file) {
  try {
    return toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", error.source().begin.line, ": ", std::string(error.description())));
  }
}

}  // namespace

absl::Status AddFromEnvironment(const std::function<const char*(const char*)>& getenv, CommandLine& line) {
  for (const Flag& flag : FlagTable()) {
    if (!IsSetting(flag)) continue;
    const std::string variable =
        absl::StrCat("FASTEST_", absl::AsciiStrToUpper(absl::StrReplaceAll(Key(flag), {{"-", "_"}})));
    const char* value = getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    line.values.try_emplace(MainName(flag), std::vector<std::string>{value});
  }
  return absl::OkStatus();
}

absl::Status AddFromSettingsFile(const std::string& rootdir, CommandLine& line) {
  std::error_code ignored;
  const std::string own = absl::StrCat(rootdir, "/fastest.toml");
  if (std::filesystem::exists(own, ignored)) {
    absl::StatusOr<toml::table> parsed = ParseFile(own);
    if (!parsed.ok()) return parsed.status();
    return AddTable(own, *parsed, line);
  }
  const std::string pyproject = absl::StrCat(rootdir, "/pyproject.toml");
  if (!std::filesystem::exists(pyproject, ignored)) return absl::OkStatus();
  absl::StatusOr<toml::table> parsed = ParseFile(pyproject);
  if (!parsed.ok()) return parsed.status();
  const toml::table* settings = (*parsed)["tool"]["fastest"].as_table();
  return settings == nullptr ? absl::OkStatus() : AddTable(pyproject, *settings, line);
}

}  // namespace fastest::options
