#include "coordinator/discovery/rules/class_members.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "coordinator/discovery/facts/standard_library.h"
#include "coordinator/discovery/project/pattern.h"

namespace fastest::discovery {
namespace {

bool LooksLikeTests(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(std::string(name));
  return lower.find("test") != std::string::npos || lower.find("case") != std::string::npos;
}

}  // namespace

std::vector<Member> MembersOf(const ClassOrder& order) {
  absl::flat_hash_set<std::string_view> seen;
  std::vector<std::vector<Member>> rows;
  for (const ClassPlace& type : order.types) {
    std::vector<Member>& row = rows.emplace_back();
    for (const Binding& binding : type.type->bindings) {
      if (seen.insert(binding.name).second) row.push_back({type.file, &binding});
    }
  }
  std::vector<Member> members;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) members.insert(members.end(), row->begin(), row->end());
  return members;
}

std::vector<Member> TestCaseMembers(const ClassOrder& order) {
  absl::flat_hash_set<std::string_view> seen;
  std::vector<Member> tests;
  Member run_test{nullptr, nullptr};
  for (const ClassPlace& type : order.types) {
    for (const Binding& binding : type.type->bindings) {
      if (!seen.insert(binding.name).second) continue;
      if (binding.name == "runTest") run_test = {type.file, &binding};
      if (binding.name.compare(0, 4, "test") == 0 && binding.kind != BindingKind::kValue)
        tests.push_back({type.file, &binding});
    }
  }
  std::sort(tests.begin(), tests.end(),
            [](const Member& left, const Member& right) { return left.binding->name < right.binding->name; });
  if (tests.empty() && run_test.binding != nullptr) tests.push_back(run_test);
  return tests;
}

bool MayHoldTests(const Class& type, std::string_view name, const ClassOrder& order,
                  const std::vector<std::string>& python_functions) {
  if (IsStandardLibrary(order.unknown_base)) return false;
  if (LooksLikeTests(name) || LooksLikeTests(order.unknown_base)) return true;
  return std::any_of(type.bindings.begin(), type.bindings.end(), [&](const Binding& member) {
    return member.kind == BindingKind::kFunction && NameMatchesOption(member.name, python_functions);
  });
}

}  // namespace fastest::discovery
