#include "coordinator/discovery/project/ini_table.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/discovery/project/ini_file.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/project/toml_config.h"

namespace fastest::discovery {
namespace {

std::optional<IniTable> Section(const IniSections& sections, const std::string& name) {
  const auto found = sections.find(name);
  if (found == sections.end()) return std::nullopt;
  IniTable table;
  for (const auto& [key, text] : found->second) table[key].text = text;
  return table;
}

}  // namespace

const char* const kConfigFileNames[7] = {"pytest.toml",    ".pytest.toml", "pytest.ini", ".pytest.ini",
                                         "pyproject.toml", "tox.ini",      "setup.cfg"};

absl::StatusOr<std::optional<IniTable>> ReadConfigFile(const std::string& path) {
  const std::string name(FileName(path));
  const bool is_ini = absl::EndsWith(name, ".ini");
  const bool is_cfg = absl::EndsWith(name, ".cfg");
  if (!is_ini && !is_cfg && !absl::EndsWith(name, ".toml")) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  if (!is_ini && !is_cfg) return ReadTomlConfig(path, text);
  ASSIGN_OR_RETURN(const IniSections sections, ParseIni(path, text));
  if (is_cfg) {
    std::optional<IniTable> table = Section(sections, "tool:pytest");
    if (!table.has_value() && sections.count("pytest") > 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": [pytest] section in setup.cfg files is no longer supported, change to [tool:pytest] instead."));
    }
    return table;
  }
  std::optional<IniTable> table = Section(sections, "pytest");
  // These names alone make it pytest's configuration, with the section or without.
  if (!table.has_value() && (name == "pytest.ini" || name == ".pytest.ini")) return IniTable();
  return table;
}

}  // namespace fastest::discovery
