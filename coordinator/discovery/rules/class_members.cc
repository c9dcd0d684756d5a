// The part of ModuleCollector that knows classes.
#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/standard_library.h"
#include "coordinator/discovery/project/pattern.h"
#include "coordinator/discovery/rules/module_collector.h"

namespace fastest::discovery {
namespace {

// Deeper nesting of classes than this is no test suite.
constexpr int kMaxDepth = 20;

bool LooksLikeTests(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(std::string(name));
  return lower.find("test") != std::string::npos || lower.find("case") != std::string::npos;
}

// "?x" is what the reader writes for a base class that is computed.
std::string_view Shown(std::string_view base) { return !base.empty() && base[0] == '?' ? base.substr(1) : base; }

}  // namespace

// A base class from elsewhere may be a TestCase, whatever the class is called.
bool ModuleCollector::MayHoldTests(const Class& type, const std::string& name, const ClassOrder& order) const {
  if (IsStandardLibrary(order.unknown_base)) return false;
  if (LooksLikeTests(name) || LooksLikeTests(order.unknown_base)) return true;
  return std::any_of(type.bindings.begin(), type.bindings.end(), [this](const Binding& member) {
    return member.kind == BindingKind::kFunction && NameMatchesOption(member.name, rules_.python_functions);
  });
}

void ModuleCollector::CollectClass(const Member& member, const Place& place) {
  const Binding& binding = *member.binding;
  const Class& type = member.file->facts->classes[static_cast<size_t>(binding.index)];
  const ClassOrder order = OrderOf(imports_, {member.file, &type});
  if (order.test_flag == TestFlag::kFalse) return;
  const bool named = NameMatchesOption(binding.name, rules_.python_classes) || order.test_flag == TestFlag::kTrue;
  const bool unknown = !order.unknown_base.empty() && !order.is_test_case;
  if (!named && !order.is_test_case && !(unknown && MayHoldTests(type, binding.name, order))) return;
  if (place.depth > kMaxDepth) return AddModuleReason("classes are nested too deeply");
  std::string reason = place.open_reason;
  if (!order.unknown_base.empty()) {
    reason = absl::StrCat("class ", binding.name, " inherits from ", std::string(Shown(order.unknown_base)));
    AddModuleReason(reason);
  } else if (!order.open_reason.empty()) {
    reason = absl::StrCat("class ", binding.name, ": ", order.open_reason);
    AddModuleReason(reason);
  } else if (!order.is_test_case && order.has_constructor) {
    return;
  }
  if (reason.empty() && binding.conditional) reason = "defined under a condition";
  if (reason.empty() && order.is_test_case && order.has_constructor) reason = "it has a constructor";
  if (reason.empty() && order.test_flag == TestFlag::kUnknown) reason = "__test__ is computed";

  const std::string id = absl::StrCat(place.id, "::", binding.name);
  const size_t outer_marks = marks_.size();
  int mocked = 0;
  for (const ClassPlace& ancestor : order.types) {
    // Marks are read from the back: ancestors' come before the class's own.
    marks_.push_back(&ancestor.type->marks);
    mocked += ancestor.type->mocked;
  }
  const Place inside{id, /*in_class=*/true, mocked, place.depth + 1, reason};
  if (order.is_test_case) {
    CollectTestCase(order, inside);
  } else {
    const FixtureLevel own = FixtureLevel::OfClass(order.types);
    const size_t first = module_.tests.size();
    const std::string outer_reason = std::exchange(broken_reason_, "");
    levels_.push_back(&own);
    CollectMembers(order, inside);
    levels_.pop_back();
    OpenFrom(first);
    broken_reason_ = outer_reason;
  }
  marks_.resize(outer_marks);
}

// Ancestors' tests first, each class's in the order of its definitions; what a class defines hides what it inherits.
void ModuleCollector::CollectMembers(const ClassOrder& order, const Place& place) {
  absl::flat_hash_set<std::string_view> seen;
  std::vector<std::vector<Member>> rows;
  std::string reason = place.open_reason;
  for (const ClassPlace& type : order.types) {
    std::vector<Member>& row = rows.emplace_back();
    for (const Binding& binding : type.type->bindings) {
      if (!seen.insert(binding.name).second) continue;
      row.push_back({type.file, &binding});
      if (binding.name == "pytest_generate_tests" && reason.empty()) reason = "pytest_generate_tests";
    }
  }
  const Place inside{place.id, place.in_class, place.mocked, place.depth, reason};
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    for (const Member& member : *row) Collect(member, inside);
  }
}

// As unittest's loader does: what is callable and starts with "test", sorted.
void ModuleCollector::CollectTestCase(const ClassOrder& order, const Place& place) {
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
  for (const Member& test : tests) CollectTestCaseMethod(test, place);
}

void ModuleCollector::CollectTestCaseMethod(const Member& member, const Place& place) {
  const Binding& binding = *member.binding;
  std::string reason = place.open_reason;
  int line = 0;
  const Marks* marks = nullptr;
  if (binding.kind == BindingKind::kFunction) {
    const Function& function = member.file->facts->functions[static_cast<size_t>(binding.index)];
    line = function.line;
    if (const Decorated* const decorated = function.decorated.get()) {
      if (decorated->not_callable) return;
      marks = &decorated->marks;
      if (reason.empty())
        reason = decorated->fixture != nullptr ? "a fixture named like a test" : decorated->open_reason;
    }
  } else if (reason.empty()) {
    reason = binding.detail.empty() ? "not a function" : binding.detail;
  }
  if (reason.empty() && binding.conditional) reason = "defined under a condition";
  std::string id = absl::StrCat(place.id, "::", binding.name);
  if (!reason.empty()) return AddOpen(std::move(id), line, 1, std::move(reason), marks);
  AddExact(std::move(id), line, marks);
}

}  // namespace fastest::discovery
