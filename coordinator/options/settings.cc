#include <toml++/toml.h>

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/regular_file.h"
#include "base/spelling.h"
#include "base/status_macros.h"
#include "coordinator/options/command_line.h"
#include "coordinator/options/flag_table.h"

namespace fastest::options {
namespace {

std::string Key(const Flag& flag) {
  const std::string name = MainName(flag);
  return name.substr(name.find_first_not_of('-'));
}

bool IsSetting(const Flag& flag) { return flag.handling == Handling::kOwn; }

const Flag* FindSetting(const std::string& key) {
  for (const Flag& flag : FlagTable()) {
    if (IsSetting(flag) && Key(flag) == absl::StrReplaceAll(key, {{"_", "-"}})) return &flag;
  }
  return nullptr;
}

std::vector<std::string> KnownKeys() {
  std::vector<std::string> keys;
  for (const Flag& flag : FlagTable()) {
    if (IsSetting(flag)) keys.push_back(Key(flag));
  }
  return keys;
}

constexpr char kPrefix[] = "FASTEST_";
// Variables that are no settings.
constexpr const char* kOtherVariables[] = {"FASTEST_AGENT", "FASTEST_HISTORY_TOKEN", "FASTEST_RUNNER", "FASTEST_SLOT"};

std::string Variable(const Flag& flag) {
  return absl::StrCat(kPrefix, absl::AsciiStrToUpper(absl::StrReplaceAll(Key(flag), {{"-", "_"}})));
}

// A setting's value, and how a message shows it.
struct Setting {
  std::vector<std::string> values;
  std::string shown;
};

// A switch that is on has one empty value, as if typed. A switch that is off has none.
std::vector<std::string> Switch(bool on) { return on ? std::vector<std::string>{""} : std::vector<std::string>(); }

std::optional<std::string> TextOf(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return absl::StrCat(number->get());
  return std::nullopt;
}

absl::StatusOr<Setting> ValueOf(const Flag& flag, const toml::node& node) {
  if (flag.arity == Arity::kFlag || flag.arity == Arity::kFlagOrWord) {
    const auto* on = node.as_boolean();
    if (on == nullptr) return absl::InvalidArgumentError("true or false is needed");
    return Setting{Switch(on->get()), on->get() ? "true" : "false"};
  }
  if (const std::optional<std::string> text = TextOf(node)) {
    return Setting{{*text}, node.is_string() ? absl::StrCat("'", *text, "'") : *text};
  }
  const toml::array* const list = flag.arity == Arity::kValues ? node.as_array() : nullptr;
  if (list == nullptr) {
    return absl::InvalidArgumentError(flag.arity == Arity::kValues ? "a text or a list of texts is needed"
                                                                   : "a text or a number is needed");
  }
  Setting setting;
  for (const toml::node& element : *list) {
    std::optional<std::string> text = TextOf(element);
    if (!text.has_value()) return absl::InvalidArgumentError("a text or a list of texts is needed");
    setting.values.push_back(*std::move(text));
  }
  setting.shown = absl::StrCat("['", absl::StrJoin(setting.values, "', '"), "']");
  return setting;
}

absl::Status AddTable(const std::string& file, const toml::table& settings, CommandLine& line) {
  for (const auto& entry : settings) {
    const std::string key(entry.first.str());
    const Flag* flag = FindSetting(key);
    if (flag == nullptr) {
      const std::string nearest = NearestSpelling(absl::StrReplaceAll(key, {{"_", "-"}}), KnownKeys());
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": Fastest has no setting '", key, "'; ",
                       nearest.empty() ? "" : absl::StrCat("did you mean '", nearest, "'? "),
                       "there are: ", absl::StrJoin(KnownKeys(), ", ")));
    }
    absl::StatusOr<Setting> setting = ValueOf(*flag, entry.second);
    if (!setting.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(file, ": ", key, ": ", std::string(setting.status().message())));
    }
    if (!line.values.try_emplace(MainName(*flag), std::move(setting->values)).second) continue;
    line.origins[MainName(*flag)] = absl::StrCat(file, ": ", key, " = ", setting->shown);
  }
  return absl::OkStatus();
}

absl::StatusOr<toml::table> Parse(const std::string& file, const std::string& text) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", error.source().begin.line, ": ", std::string(error.description())));
  }
}

}  // namespace

absl::Status AddFromEnvironment(const std::function<const char*(const char*)>& getenv, CommandLine& line) {
  for (const Flag& flag : FlagTable()) {
    if (!IsSetting(flag)) continue;
    const std::string variable = Variable(flag);
    const char* value = getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    const std::string given = absl::StrCat(variable, "=", value);
    std::vector<std::string> values = {value};
    if (flag.arity == Arity::kFlag || flag.arity == Arity::kFlagOrWord) {
      bool on = false;
      // "1", "true" or "yes", and their opposites.
      if (!absl::SimpleAtob(value, &on)) return absl::InvalidArgumentError(absl::StrCat(given, ": 1 or 0 is needed"));
      values = Switch(on);
    }
    if (line.values.try_emplace(MainName(flag), std::move(values)).second) line.origins[MainName(flag)] = given;
  }
  return absl::OkStatus();
}

absl::Status CheckVariables(const std::vector<std::string>& names) {
  std::vector<std::string> known(std::begin(kOtherVariables), std::end(kOtherVariables));
  for (const Flag& flag : FlagTable()) {
    if (IsSetting(flag)) known.push_back(Variable(flag));
  }
  for (const std::string& name : names) {
    if (!absl::StartsWith(name, kPrefix)) continue;
    const std::string nearest = NearestSpelling(name, known, /*common=*/sizeof(kPrefix) - 1);
    if (!nearest.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the variable ", name, " is none of Fastest's: did you mean ", nearest, "?"));
    }
  }
  return absl::OkStatus();
}

absl::Status AddFromSettingsFile(const std::string& rootdir, CommandLine& line) {
  const std::string own = absl::StrCat(rootdir, "/fastest.toml");
  // A file that cannot be looked at might have settings, so it is not passed over.
  if (const absl::StatusOr<std::string> text = ReadRegularFile(own); !absl::IsNotFound(text.status())) {
    if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
    absl::StatusOr<toml::table> parsed = Parse(own, *text);
    if (!parsed.ok()) return parsed.status();
    return AddTable(own, *parsed, line);
  }
  const std::string pyproject = absl::StrCat(rootdir, "/pyproject.toml");
  const absl::StatusOr<std::string> text = ReadRegularFile(pyproject);
  // pytest passes over what is no file.
  if (absl::IsNotFound(text.status()) || absl::IsFailedPrecondition(text.status())) return absl::OkStatus();
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  absl::StatusOr<toml::table> parsed = Parse(pyproject, *text);
  if (!parsed.ok()) return parsed.status();
  const toml::table* settings = (*parsed)["tool"]["fastest"].as_table();
  return settings == nullptr ? absl::OkStatus() : AddTable(pyproject, *settings, line);
}

}  // namespace fastest::options
