#include "coordinator/discovery/rules/module_tests.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/standard_library.h"
#include "coordinator/discovery/project/pattern.h"
#include "coordinator/discovery/rules/class_members.h"
#include "coordinator/discovery/rules/class_order.h"
#include "coordinator/discovery/rules/parameter_ids.h"

namespace fastest::discovery {
namespace {

bool IsTrue(const ProjectConfig& project, const char* name) {
  const auto found = project.ini.find(name);
  if (found == project.ini.end()) return false;
  const std::string value = absl::AsciiStrToLower(found->second);
  return value == "1" || value == "true" || value == "yes" || value == "on";
}

const Marks* MarksOf(const Function& function) {
  return function.decorated == nullptr ? nullptr : &function.decorated->marks;
}

// No test suite nests classes deeper.
constexpr int kMaxDepth = 20;

// "?x" is what the reader writes for a computed base class.
std::string_view Shown(std::string_view base) { return !base.empty() && base[0] == '?' ? base.substr(1) : base; }

// Collects the tests of one module. Used once. Borrows its arguments.
class ModuleCollector {
 public:
  // The tests go to `module`, whose node id is set.
  ModuleCollector(const SourceFile& file, const CollectionRules& rules, const ModuleContext& context,
                  ImportFinder& imports, FoundModule& module)
      : file_(file), rules_(rules), context_(context), imports_(imports), module_(module) {}

  void Run();

 private:
  // Where a member is collected.
  struct Place {
    // Node id of the module or class.
    const std::string& id;
    bool in_class;
    // The number of arguments that patches of the class fill.
    int mocked;
    int depth;
    // Why everything here is open, or "".
    const std::string& open_reason;
  };

  void Collect(const Member& member, const Place& place);
  void CollectImport(const Binding& binding, const Place& place);
  void CollectUnknown(const Binding& binding, const Place& place);
  void CollectFunction(const Member& member, const Place& place);
  void CollectClass(const Member& member, const Place& place);
  void CollectMembers(const ClassOrder& order, const Place& place);
  void CollectTestCaseMethod(const Member& member, const Place& place);

  // `marks` are the function's own, or null.
  void AddExact(std::string id, int line, const Marks* marks);
  void AddOpen(std::string id, int line, int count, std::string reason, const Marks* marks);
  void AddModuleReason(std::string reason);
  // If pytest refuses the module or class, opens its tests from the one at `first` on.
  void OpenFrom(size_t first);

  const SourceFile& file_;
  const CollectionRules& rules_;
  const ModuleContext& context_;
  ImportFinder& imports_;
  FoundModule& module_;
  // The fixtures and marks of the place that is being collected, from outside in.
  FixtureLevels levels_;
  std::vector<const Marks*> marks_;
  // Why pytest refuses the module or class that is being collected. All of its tests are lost with it.
  std::string broken_reason_;
};

void ModuleCollector::Run() {
  const File& facts = *file_.facts;
  if (facts.test_flag == TestFlag::kFalse) return;
  module_.open_reasons = facts.more_reasons;
  const FixtureLevel own = FixtureLevel::OfFile(facts, module_.node_id);
  levels_ = context_.levels;
  levels_.push_back(&own);
  marks_.push_back(&facts.marks);
  std::string open_reason = context_.open_reason;
  if (open_reason.empty()) open_reason = facts.open_reason;
  if (open_reason.empty() && facts.test_flag == TestFlag::kUnknown) open_reason = "__test__ is computed";
  for (const Binding& binding : facts.bindings) {
    if (binding.name == "pytest_generate_tests" && open_reason.empty()) open_reason = "pytest_generate_tests";
    if (binding.name == "pytest_plugins") AddModuleReason(kLoadsPlugins);
  }
  const Place place{module_.node_id, /*in_class=*/false, 0, 0, open_reason};
  module_.tests.reserve(facts.functions.size());
  for (const Binding& binding : facts.bindings) Collect({&file_, &binding}, place);
  OpenFrom(0);
}

void ModuleCollector::AddModuleReason(std::string reason) {
  if (std::find(module_.open_reasons.begin(), module_.open_reasons.end(), reason) == module_.open_reasons.end()) {
    module_.open_reasons.push_back(std::move(reason));
  }
}

void ModuleCollector::OpenFrom(size_t first) {
  if (broken_reason_.empty()) return;
  const std::string reason = std::exchange(broken_reason_, "");
  std::vector<FoundTest> tests(std::make_move_iterator(module_.tests.begin() + static_cast<std::ptrdiff_t>(first)),
                               std::make_move_iterator(module_.tests.end()));
  module_.tests.resize(first);
  for (FoundTest& test : tests) {
    if (test.exact) {
      test.exact = false;
      test.open_reason = reason;
      test.node_id.resize(std::min(test.node_id.size(), test.node_id.find('[', module_.node_id.size())));
      if (module_.tests.size() > first && module_.tests.back().node_id == test.node_id) {
        ++module_.tests.back().count;
        continue;
      }
    }
    module_.tests.push_back(std::move(test));
  }
}

void ModuleCollector::AddExact(std::string id, int line, const Marks* marks) {
  if (!rules_.selection.TakesMarks(marks_, marks) || !rules_.selection.TakesKeywords(id, marks_, marks)) return;
  FoundTest& test = module_.tests.emplace_back();
  test.node_id = std::move(id);
  test.line = line;
}

void ModuleCollector::AddOpen(std::string id, int line, int count, std::string reason, const Marks* marks) {
  if (!rules_.selection.TakesMarks(marks_, marks) || !rules_.selection.TakesKeywords(id, marks_, marks)) {
    return AddModuleReason("-m or -k may take some of what is open");
  }
  FoundTest& test = module_.tests.emplace_back();
  test.node_id = std::move(id);
  test.line = line;
  test.exact = false;
  test.count = std::max(1, count);
  test.open_reason = std::move(reason);
}

void ModuleCollector::Collect(const Member& member, const Place& place) {
  const Binding& binding = *member.binding;
  // Such names belong to Python.
  const std::string_view name = binding.name;
  if (name.size() > 4 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) == "__") return;
  switch (binding.kind) {
    case BindingKind::kFunction:
      return CollectFunction(member, place);
    case BindingKind::kClass:
      return CollectClass(member, place);
    case BindingKind::kImport:
      return CollectImport(binding, place);
    case BindingKind::kUnknown:
      return CollectUnknown(binding, place);
    case BindingKind::kValue:
      return;
  }
}

void ModuleCollector::CollectImport(const Binding& binding, const Place& place) {
  if (binding.index == kModuleImport || (rules_.skip_imported && !place.in_class) || HoldsNoTests(binding.detail))
    return;
  const bool named = NameMatchesOption(binding.name, rules_.python_functions) ||
                     NameMatchesOption(binding.name, rules_.python_classes);
  const ImportFinder::Found found = imports_.Find(file_.path, binding.detail);
  if (found.binding == nullptr) {
    if (named)
      AddModuleReason(absl::StrCat("imports ", binding.name, binding.detail.empty() ? "" : " as ", binding.detail));
    return;
  }
  // It is collected under the name that it has here.
  Binding here = *found.binding;
  here.name = binding.name;
  here.conditional = binding.conditional;
  Collect({found.file, &here}, place);
}

void ModuleCollector::CollectUnknown(const Binding& binding, const Place& place) {
  if (NameMatchesOption(binding.name, rules_.python_functions)) {
    AddOpen(absl::StrCat(place.id, "::", binding.name), 0, 1, binding.detail, nullptr);
  } else if (NameMatchesOption(binding.name, rules_.python_classes)) {
    AddModuleReason(absl::StrCat(binding.name, " is ", binding.detail));
  }
}

void ModuleCollector::CollectFunction(const Member& member, const Place& place) {
  const Binding& binding = *member.binding;
  const Function& function = member.file->facts->functions[static_cast<size_t>(binding.index)];
  const Decorated* const decorated = function.decorated.get();
  if (decorated != nullptr && (decorated->fixture != nullptr || decorated->not_callable)) return;
  if (!NameMatchesOption(binding.name, rules_.python_functions)) return;
  std::string id = absl::StrCat(place.id, "::", binding.name);
  std::string reason = place.open_reason;
  if (reason.empty() && binding.conditional) reason = "defined under a condition";
  if (function.yields && (decorated == nullptr || decorated->open_reason.empty())) {
    broken_reason_ = absl::StrCat(binding.name, " is a generator, which pytest refuses");
  }
  const TestArguments arguments = ArgumentsOf(function, place.in_class, place.mocked);
  const ParameterIds ids = IdsOf(function, arguments, TestContext{levels_, marks_, rules_.usefixtures});
  if (!ids.error.empty() && reason.empty()) broken_reason_ = absl::StrCat(binding.name, ": ", ids.error);
  if (!ids.doubt.empty()) AddModuleReason(absl::StrCat(binding.name, " perhaps ", ids.doubt));
  if (reason.empty()) reason = ids.open_reason;
  if (reason.empty() && ids.parametrized) {
    reason = context_.parametrize_reason;
    if (ids.escaped && rules_.unescaped_ids) reason = "ids are not escaped";
    if (ids.suffixed && rules_.strict_ids) reason = "equal ids";
    if (ids.marked && rules_.selection.has_marks()) reason = "some parameters have marks";
  }
  const Marks* const marks = MarksOf(function);
  if (!reason.empty()) return AddOpen(std::move(id), function.line, ids.count, std::move(reason), marks);
  if (!ids.parametrized) return AddExact(std::move(id), function.line, marks);
  for (const std::string& parameters : ids.ids) AddExact(absl::StrCat(id, "[", parameters, "]"), function.line, marks);
}

void ModuleCollector::CollectClass(const Member& member, const Place& place) {
  const Binding& binding = *member.binding;
  const Class& type = member.file->facts->classes[static_cast<size_t>(binding.index)];
  const ClassOrder order = OrderOf(imports_, {member.file, &type});
  if (order.test_flag == TestFlag::kFalse) return;
  const bool named = NameMatchesOption(binding.name, rules_.python_classes) || order.test_flag == TestFlag::kTrue;
  const bool unknown = !order.unknown_base.empty() && !order.is_test_case;
  if (!named && !order.is_test_case && !(unknown && MayHoldTests(type, binding.name, order, rules_.python_functions)))
    return;
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
    // Marks are read from the back: those of ancestors come before the class's own.
    marks_.push_back(&ancestor.type->marks);
    mocked += ancestor.type->mocked;
  }
  const Place inside{id, /*in_class=*/true, mocked, place.depth + 1, reason};
  if (order.is_test_case) {
    for (const Member& test : TestCaseMembers(order)) CollectTestCaseMethod(test, inside);
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

void ModuleCollector::CollectMembers(const ClassOrder& order, const Place& place) {
  const std::vector<Member> members = MembersOf(order);
  std::string reason = place.open_reason;
  const bool generates = std::any_of(members.begin(), members.end(), [](const Member& member) {
    return member.binding->name == "pytest_generate_tests";
  });
  if (generates && reason.empty()) reason = "pytest_generate_tests";
  const Place inside{place.id, place.in_class, place.mocked, place.depth, reason};
  for (const Member& member : members) Collect(member, inside);
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

FoundModule CollectModule(const SourceFile& file, std::string node_id, const CollectionRules& rules,
                          const ModuleContext& context, ImportFinder& imports) {
  FoundModule module;
  module.node_id = std::move(node_id);
  if (!file.facts->unreadable.empty()) {
    module.open_reasons.push_back(file.facts->unreadable);
    return module;
  }
  ModuleCollector(file, rules, context, imports, module).Run();
  return module;
}

}  // namespace fastest::discovery
