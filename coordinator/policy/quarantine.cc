#include "coordinator/policy/quarantine.h"

#include <fnmatch.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace fastest::policy {
namespace {

absl::Status Wrong(size_t number, const std::string& how) {
  return absl::InvalidArgumentError(absl::StrCat("quarantine entry ", number, ": ", how));
}

bool IsDay(const std::string& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  char end = 0;
  return text.size() == sizeof("2026-12-31") - 1 &&
         sscanf(text.c_str(), "%4d-%2d-%2d%c", &year, &month, &day, &end) == 3 && month >= 1 && month <= 12 &&
         day >= 1 && day <= 31;
}

// Accepts a TOML date, and text in the same form.
std::string DayOf(const toml::table& entry) {
  const toml::node* const node = entry.get("expires");
  if (const auto* const date = node->as_date()) {
    return absl::StrFormat("%04d-%02d-%02d", date->get().year, date->get().month, date->get().day);
  }
  return node->value_or(std::string());
}

bool Matches(const std::string& test, const std::string& node_id) {
  if (absl::StartsWith(node_id, test)) {
    const std::string rest = node_id.substr(test.size());
    if (rest.empty() || rest[0] == '[' || absl::StartsWith(rest, "::") || rest[0] == '/' || test.back() == '/')
      return true;
  }
  if (test.find_first_of("*?") == std::string::npos) return false;
  // Brackets mean parameters here, not sets of characters.
  const std::string pattern = absl::StrReplaceAll(test, {{"\\", "\\\\"}, {"[", "\\["}});
  return fnmatch(pattern.c_str(), node_id.c_str(), 0) == 0;
}

}  // namespace

absl::StatusOr<Quarantine> Quarantine::Parse(const std::string& text, const std::string& today) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", error.source().begin.line, ": ", std::string(error.description())));
  }
  for (const auto& [key, node] : table) {
    if (key.str() != "quarantine") {
      return absl::InvalidArgumentError(
          absl::StrCat("'", std::string(key.str()), "' is not known: entries are [[quarantine]] tables"));
    }
  }
  Quarantine quarantine;
  const toml::node* const list = table.get("quarantine");
  if (list == nullptr) return quarantine;
  if (!list->is_array()) return absl::InvalidArgumentError("entries are [[quarantine]] tables, with two brackets");
  size_t number = 0;
  for (const toml::node& node : *list->as_array()) {
    ++number;
    const toml::table* const entry = node.as_table();
    if (entry == nullptr) return Wrong(number, "it is no table");
    for (const auto& [key, value] : *entry) {
      const std::string name(key.str());
      if (name != "test" && name != "owner" && name != "reason" && name != "expires") {
        return Wrong(number, absl::StrCat("'", name, "' is not known: there are test, owner, reason and expires"));
      }
    }
    for (const char* key : {"test", "owner", "reason", "expires"}) {
      if (entry->get(key) == nullptr) return Wrong(number, absl::StrCat("'", key, "' is missing"));
    }
    Entry& added = quarantine.entries_.emplace_back();
    added.test = entry->get("test")->value_or(std::string());
    added.owner = entry->get("owner")->value_or(std::string());
    added.reason = entry->get("reason")->value_or(std::string());
    added.expires = DayOf(*entry);
    if (added.test.empty()) return Wrong(number, "'test' is to be a node id, or one with * and ?");
    if (added.owner.empty() || added.reason.empty()) return Wrong(number, "'owner' and 'reason' are to be text");
    if (!IsDay(added.expires)) return Wrong(number, "'expires' is to be a day, such as 2026-12-31");
    added.expired = added.expires < today;
  }
  std::stable_partition(quarantine.entries_.begin(), quarantine.entries_.end(),
                        [](const Entry& entry) { return !entry.expired; });
  return quarantine;
}

absl::StatusOr<Quarantine> Quarantine::Load(const std::string& path, const std::string& today) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf()).good()) {
    // An empty file has no first character, which is no error.
    if (file && file.peek() == std::ifstream::traits_type::eof()) return Quarantine();
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", strerror(errno)));
  }
  absl::StatusOr<Quarantine> quarantine = Parse(text.str(), today);
  if (quarantine.ok()) return quarantine;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(quarantine.status().message())));
}

const Quarantine::Entry* Quarantine::Find(const std::string& node_id) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return Matches(entry.test, node_id); });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace fastest::policy
