#include "coordinator/discovery/module_tests.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/class_order.h"
#include "coordinator/discovery/parameter_ids.h"
#include "coordinator/discovery/pattern.h"
#include "coordinator/discovery/standard_library.h"

namespace fastest::discovery {
namespace {

// Deeper nesting of classes than this is no test suite.
constexpr int kMaxDepth = 20;

bool IsTrue(const ProjectConfig& project, const char* name) {
  const auto found = project.ini.find(name);
  if (found == project.ini.end()) return false;
  const std::string value = absl::AsciiStrToLower(found->second);
  return value == "1" || value == "true" || value == "yes" || value == "on";
}

bool IsDunder(std::string_view name) {
  return name.size() > 4 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) == "__";
}

bool LooksLikeTests(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(std::string(name));
  return lower.find("test") != std::string::npos || lower.find("case") != std::string::npos;
}

// "?x" is what the reader writes for a base class that is computed.
std::string_view Shown(std::string_view base) { return !base.empty() && base[0] == '?' ? base.substr(1) : base; }

// Collects one module. The tests of a class are collected with `type_levels_` and the marks of the classes around it.
class ModuleCollector {
 public:
  ModuleCollector(const File& file, const CollectionRules& rules, const Surroundings& surroundings, FoundModule& module)
      : file_(file), rules_(rules), surroundings_(surroundings), module_(module) {}

  void Run() {
    if (file_.test_flag == TestFlag::kFalse) return;
    module_.open_reasons = file_.more_reasons;
    const FixtureLevel own = FixtureLevel::OfFile(file_, module_.node_id);
    levels_ = surroundings_.levels;
    levels_.push_back(&own);
    marks_.push_back(&file_.marks);
    std::string open_reason = surroundings_.open_reason;
    if (open_reason.empty()) open_reason = file_.open_reason;
    if (open_reason.empty() && file_.test_flag == TestFlag::kUnknown) open_reason = "__test__ is computed";
    for (const Binding& binding : file_.bindings) {
      if (binding.name == "pytest_generate_tests" && open_reason.empty()) open_reason = "pytest_generate_tests";
      if (binding.name == "pytest_plugins") AddModuleReason("loads plugins");
      CollectBinding(binding, open_reason);
    }
    if (!broken_reason_.empty()) OpenAll();
  }

 private:
  void AddModuleReason(std::string reason) {
    if (std::find(module_.open_reasons.begin(), module_.open_reasons.end(), reason) == module_.open_reasons.end()) {
      module_.open_reasons.push_back(std::move(reason));
    }
  }

  // pytest refuses the module or class that such a test is in.
  void OpenAll() {
    for (FoundTest& test : module_.tests) {
      if (!test.exact) continue;
      test.exact = false;
      test.open_reason = broken_reason_;
    }
  }

  void CollectBinding(const Binding& binding, const std::string& open_reason) {
    if (IsDunder(binding.name)) return;
    switch (binding.kind) {
      case BindingKind::kFunction:
        return CollectFunction(binding, module_.node_id, /*is_method=*/false, 0, open_reason);
      case BindingKind::kClass:
        return CollectClass(binding, module_.node_id, open_reason, 0);
      case BindingKind::kImport:
        if (binding.index == kModuleImport || rules_.skip_imported || HoldsNoTests(binding.detail)) return;
        if (!NameMatchesOption(binding.name, rules_.python_functions) && !NameMatchesOption(binding.name, rules_.python_classes)) {
          return;
        }
        return AddModuleReason(absl::StrCat("imports ", binding.name, binding.detail.empty() ? "" : " as ", binding.detail));
      case BindingKind::kUnknown:
        return CollectUnknown(binding, module_.node_id);
      case BindingKind::kValue:
        return;
    }
  }

  void CollectUnknown(const Binding& binding, const std::string& prefix) {
    if (NameMatchesOption(binding.name, rules_.python_functions)) {
      AddOpen(absl::StrCat(prefix, "::", binding.name), 0, 1, binding.detail);
    } else if (NameMatchesOption(binding.name, rules_.python_classes)) {
      AddModuleReason(absl::StrCat(binding.name, " is ", binding.detail));
    }
  }

  void AddOpen(std::string id, int line, int count, std::string reason) {
    FoundTest test;
    test.node_id = std::move(id);
    test.line = line;
    test.exact = false;
    test.count = std::max(1, count);
    test.open_reason = std::move(reason);
    module_.tests.push_back(std::move(test));
  }

  void CollectFunction(const Binding& binding, const std::string& prefix, bool is_method, int mocked, const std::string& open_reason) {
    const Function& function = file_.functions[static_cast<size_t>(binding.index)];
    const Decorated* const decorated = function.decorated.get();
    if (decorated != nullptr && (decorated->fixture != nullptr || decorated->not_callable)) return;
    if (!NameMatchesOption(binding.name, rules_.python_functions)) return;
    std::string id = absl::StrCat(prefix, "::", binding.name);
    std::string reason = open_reason;
    if (reason.empty() && binding.conditional) reason = "defined under a condition";
    if (function.yields && (decorated == nullptr || decorated->open_reason.empty())) {
      broken_reason_ = absl::StrCat(binding.name, " is a generator, which pytest refuses");
    }
    const TestArguments arguments = ArgumentsOf(function, is_method, mocked);
    ParameterIds ids = IdsOf(function, arguments, Context{levels_, marks_, rules_.usefixtures});
    if (!ids.error.empty() && reason.empty()) broken_reason_ = absl::StrCat(binding.name, ": ", ids.error);
    if (reason.empty()) reason = ids.open_reason;
    if (reason.empty() && ids.parametrized) {
      reason = surroundings_.parametrize_reason;
      if (ids.escaped && rules_.unescaped_ids) reason = "ids are not escaped";
      if (ids.suffixed && rules_.strict_ids) reason = "equal ids";
    }
    if (!reason.empty()) return AddOpen(std::move(id), function.line, ids.count, std::move(reason));
    if (!ids.parametrized) {
      FoundTest test;
      test.node_id = std::move(id);
      test.line = function.line;
      module_.tests.push_back(std::move(test));
      return;
    }
    for (const std::string& parameters : ids.ids) {
      FoundTest test;
      test.node_id = absl::StrCat(id, "[", parameters, "]");
      test.line = function.line;
      module_.tests.push_back(std::move(test));
    }
  }

  void CollectClass(const Binding& binding, const std::string& prefix, const std::string& open_reason, int depth) {
    const Class& type = file_.classes[static_cast<size_t>(binding.index)];
    const ClassOrder order = OrderOf(file_, type);
    if (order.test_flag == TestFlag::kFalse) return;
    const bool named = NameMatchesOption(binding.name, rules_.python_classes) || order.test_flag == TestFlag::kTrue;
    if (!order.unknown_base.empty() && !order.is_test_case) {
      // A base from elsewhere may be a TestCase, whatever the class is called.
      const bool has_tests = std::any_of(type.bindings.begin(), type.bindings.end(), [this](const Binding& member) {
        return member.kind == BindingKind::kFunction && NameMatchesOption(member.name, rules_.python_functions);
      });
      const bool standard = IsStandardLibrary(order.unknown_base);
      if (!named && (standard || (!has_tests && !LooksLikeTests(binding.name) && !LooksLikeTests(order.unknown_base)))) return;
    } else if (!named && !order.is_test_case) {
      return;
    }
    if (depth > kMaxDepth) return AddModuleReason("classes are nested too deeply");
    if (!order.is_test_case && order.has_constructor && order.unknown_base.empty() && order.open_reason.empty()) return;

    std::string reason = open_reason;
    if (!order.unknown_base.empty()) {
      reason = absl::StrCat("class ", binding.name, " inherits from ", std::string(Shown(order.unknown_base)));
      AddModuleReason(reason);
    } else if (!order.open_reason.empty()) {
      reason = absl::StrCat("class ", binding.name, ": ", order.open_reason);
      AddModuleReason(reason);
    }
    if (reason.empty() && binding.conditional) reason = "defined under a condition";
    if (reason.empty() && order.test_flag == TestFlag::kUnknown) reason = "__test__ is computed";

    const std::string id = absl::StrCat(prefix, "::", binding.name);
    if (order.is_test_case) return CollectTestCase(order, id, reason);
    const FixtureLevel own = FixtureLevel::OfClass(file_, order.types);
    levels_.push_back(&own);
    const size_t outer_marks = marks_.size();
    int mocked = 0;
    for (const Class* const member : order.types) {
      // Marks are read from the back: ancestors' come before the class's own.
      marks_.push_back(&member->marks);
      mocked += member->mocked;
    }
    CollectMembers(order, id, mocked, reason, depth);
    marks_.resize(outer_marks);
    levels_.pop_back();
  }

  // Ancestors' tests first, each class's in the order of its definitions; what a class defines hides what it inherits.
  void CollectMembers(const ClassOrder& order, const std::string& id, int mocked, std::string reason, int depth) {
    absl::flat_hash_set<std::string_view> seen;
    std::vector<std::vector<const Binding*>> rows;
    for (const Class* const type : order.types) {
      std::vector<const Binding*>& row = rows.emplace_back();
      for (const Binding& member : type->bindings) {
        if (IsDunder(member.name) || !seen.insert(member.name).second) continue;
        row.push_back(&member);
        if (member.name == "pytest_generate_tests" && reason.empty()) reason = "pytest_generate_tests";
      }
    }
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      for (const Binding* const member : *row) {
        switch (member->kind) {
          case BindingKind::kFunction:
            CollectFunction(*member, id, /*is_method=*/true, mocked, reason);
            break;
          case BindingKind::kClass:
            CollectClass(*member, id, reason, depth + 1);
            break;
          case BindingKind::kImport:
            if (member->index != kModuleImport) CollectUnknown(*member, id);
            break;
          case BindingKind::kUnknown:
            CollectUnknown(*member, id);
            break;
          case BindingKind::kValue:
            break;
        }
      }
    }
  }

  // As unittest's loader does: what is callable and starts with "test", sorted.
  void CollectTestCase(const ClassOrder& order, const std::string& id, const std::string& reason) {
    absl::flat_hash_set<std::string_view> seen;
    std::vector<const Binding*> tests;
    const Binding* run_test = nullptr;
    for (const Class* const type : order.types) {
      for (const Binding& member : type->bindings) {
        if (!seen.insert(member.name).second) continue;
        if (member.name == "runTest") run_test = &member;
        if (member.name.compare(0, 4, "test") == 0 && member.kind != BindingKind::kValue) tests.push_back(&member);
      }
    }
    std::sort(tests.begin(), tests.end(), [](const Binding* left, const Binding* right) { return left->name < right->name; });
    if (tests.empty() && run_test != nullptr) tests.push_back(run_test);
    for (const Binding* const test : tests) CollectTestCaseMethod(*test, id, reason);
  }

  void CollectTestCaseMethod(const Binding& member, const std::string& id, std::string reason) {
    int line = 0;
    if (member.kind == BindingKind::kFunction) {
      const Function& function = file_.functions[static_cast<size_t>(member.index)];
      line = function.line;
      const Decorated* const decorated = function.decorated.get();
      if (decorated != nullptr && decorated->not_callable) return;
      if (reason.empty() && decorated != nullptr) {
        reason = decorated->fixture != nullptr ? "a fixture named like a test" : decorated->open_reason;
      }
    } else if (reason.empty()) {
      reason = member.detail.empty() ? "not a function" : member.detail;
    }
    if (reason.empty() && member.conditional) reason = "defined under a condition";
    std::string test_id = absl::StrCat(id, "::", member.name);
    if (!reason.empty()) return AddOpen(std::move(test_id), line, 1, std::move(reason));
    FoundTest test;
    test.node_id = std::move(test_id);
    test.line = line;
    module_.tests.push_back(std::move(test));
  }

  const File& file_;
  const CollectionRules& rules_;
  const Surroundings& surroundings_;
  FoundModule& module_;
  // Of the place that is being collected: fixtures from outside in, marks likewise.
  FixtureLevels levels_;
  std::vector<const Marks*> marks_;
  std::string broken_reason_;
};

}  // namespace

CollectionRules RulesOf(const ProjectConfig& project) {
  CollectionRules rules;
  rules.python_functions = project.python_functions;
  rules.python_classes = project.python_classes;
  if (const auto names = project.ini.find("usefixtures"); names != project.ini.end()) {
    std::string_view rest = names->second;
    while (!rest.empty()) {
      const size_t end = rest.find_first_of(" \t\n");
      if (end != 0) rules.usefixtures.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  rules.unescaped_ids = IsTrue(project, "disable_test_id_escaping_and_forfeit_all_rights_to_community_support");
  rules.strict_ids = IsTrue(project, "strict_parametrization_ids") || IsTrue(project, "strict");
  const auto imported = project.ini.find("collect_imported_tests");
  rules.skip_imported = imported != project.ini.end() && !IsTrue(project, "collect_imported_tests");
  return rules;
}

FoundModule CollectModule(const File& file, const std::string& node_id, const CollectionRules& rules,
                          const Surroundings& surroundings) {
  FoundModule module;
  module.node_id = node_id;
  if (!file.unreadable.empty()) {
    module.open_reasons.push_back(file.unreadable);
    return module;
  }
  ModuleCollector(file, rules, surroundings, module).Run();
  return module;
}

}  // namespace fastest::discovery
