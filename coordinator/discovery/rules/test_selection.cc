#include "coordinator/discovery/rules/test_selection.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fastest::discovery {
namespace {

std::optional<MatchExpression> Read(const char* option, const std::string& text, std::string& open_reason) {
  if (text.empty()) return std::nullopt;
  absl::StatusOr<MatchExpression> expression = MatchExpression::Parse(text);
  if (expression.ok()) return *std::move(expression);
  open_reason = absl::StrCat(option, " ", text, " is left to pytest");
  return std::nullopt;
}

template <typename Visit>
void ForEachMark(const std::vector<const Marks*>& outer, const Marks* own, Visit visit) {
  if (own != nullptr) std::for_each(own->names.begin(), own->names.end(), visit);
  for (const Marks* const marks : outer) std::for_each(marks->names.begin(), marks->names.end(), visit);
}

}  // namespace

TestSelection::TestSelection(const std::string& marks, const std::string& keywords)
    : marks_(Read("-m", marks, open_reason_)), keywords_(Read("-k", keywords, open_reason_)) {}

bool TestSelection::TakesMarks(const std::vector<const Marks*>& outer, const Marks* own) const {
  if (!marks_.has_value()) return true;
  return marks_->Matches([&](std::string_view wanted) {
    bool found = false;
    ForEachMark(outer, own, [&](const std::string& name) { found = found || name == wanted; });
    return found;
  });
}

bool TestSelection::TakesKeywords(std::string_view node_id, const std::vector<const Marks*>& outer,
                                  const Marks* own) const {
  if (!keywords_.has_value()) return true;
  // The names of the directories, the file, the classes and the function with its parameters. Brackets may hold
  // anything.
  std::vector<std::string> names;
  const std::string id = absl::AsciiStrToLower(std::string(node_id));
  const size_t bracket = id.find('[');
  size_t start = 0;
  bool in_path = true;
  for (size_t i = 0; i <= id.size(); ++i) {
    const bool separator = i < id.size() && i < bracket && ((in_path && id[i] == '/') || id.compare(i, 2, "::") == 0);
    if (i < id.size() && !separator) continue;
    names.push_back(id.substr(start, i - start));
    if (i < id.size() && id[i] == ':') {
      in_path = false;
      ++i;
    }
    start = i + 1;
  }
  ForEachMark(outer, own, [&](const std::string& name) { names.push_back(absl::AsciiStrToLower(name)); });
  return keywords_->Matches([&](std::string_view wanted) {
    const std::string lower = absl::AsciiStrToLower(std::string(wanted));
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return name.find(lower) != std::string::npos; });
  });
}

}  // namespace fastest::discovery
