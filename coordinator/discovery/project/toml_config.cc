#include "coordinator/discovery/project/toml_config.h"

#include <toml++/toml.h>

#include <cmath>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/project/path.h"

namespace fastest::discovery {
namespace {

// Python's str() of a TOML scalar.
std::string TextOf(const toml::node& node) {
  if (const auto* const text = node.as_string()) return text->get();
  if (const auto* const flag = node.as_boolean()) return flag->get() ? "True" : "False";
  if (const auto* const number = node.as_integer()) return absl::StrCat(number->get());
  std::ostringstream out;
  out << toml::node_view<const toml::node>(node);
  return out.str();
}

IniTable TableOf(const toml::table& table, bool native, std::string_view skip) {
  IniTable result;
  for (const auto& [key, node] : table) {
    if (key.str() == skip) continue;
    IniValue& value = result[std::string(key.str())];
    value.native_toml = native;
    if (const toml::array* const items = node.as_array()) {
      value.is_list = true;
      for (const toml::node& item : *items) value.items.push_back(TextOf(item));
    } else {
      value.text = TextOf(node);
    }
  }
  return result;
}

absl::Status Error(const std::string& path, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(what)));
}

absl::StatusOr<std::optional<IniTable>> FromToolPytest(const std::string& path, const toml::table& document) {
  const toml::table* const table = document["tool"]["pytest"].as_table();
  if (table == nullptr) return std::nullopt;
  const toml::node* const ini_options = table->get("ini_options");
  IniTable native = TableOf(*table, /*native=*/true, "ini_options");
  const toml::table* const options = ini_options == nullptr ? nullptr : ini_options->as_table();
  if (ini_options != nullptr && options == nullptr) return Error(path, "[tool.pytest.ini_options] must be a table");
  if (!native.empty()) {
    if (options != nullptr && !options->empty()) {
      return Error(path, "both [tool.pytest] and [tool.pytest.ini_options] are used; keep one of them");
    }
    return native;
  }
  if (options == nullptr) return std::nullopt;
  return TableOf(*options, /*native=*/false, "");
}

// The [pytest] table of pytest.toml and of a file named with -c.
absl::StatusOr<std::optional<IniTable>> FromPytest(const std::string& path, const toml::table& document) {
  if (const toml::node* const node = document.get("pytest")) {
    if (const toml::table* const table = node->as_table()) return TableOf(*table, /*native=*/true, "");
    return Error(path, "pytest must be a table");
  }
  for (const auto& [key, node] : document) {
    if (!node.is_table()) {
      return Error(path, absl::StrCat("options belong into a [pytest] table, and '", std::string(key.str()),
                                      "' stands outside of it"));
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<IniTable>> ReadTomlConfig(const std::string& path, const std::string& text) {
  toml::table document;
  try {
    document = toml::parse(std::string_view(text), path);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", error.source().begin.line, ": ", std::string(error.description())));
  }
  const std::string_view name = FileName(path);
  if (name == "pyproject.toml") return FromToolPytest(path, document);
  if (name == "pytest.toml" || name == ".pytest.toml") {
    absl::StatusOr<std::optional<IniTable>> table = FromPytest(path, document);
    // These names alone make it pytest's configuration, empty or not.
    if (table.ok() && !table->has_value()) return IniTable();
    return table;
  }
  absl::StatusOr<std::optional<IniTable>> table = FromToolPytest(path, document);
  if (!table.ok() || !table->has_value()) return table.ok() ? FromPytest(path, document) : table;
  if (document.contains("pytest")) return Error(path, "both [pytest] and [tool.pytest] are used; keep one of them");
  return table;
}

}  // namespace fastest::discovery
