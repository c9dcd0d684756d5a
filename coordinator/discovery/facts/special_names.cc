// The part of StatementReader that knows what particular names mean to Python, pytest and unittest.
#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/call_arguments.h"
#include "coordinator/discovery/facts/standard_library.h"
#include "coordinator/discovery/facts/statement_reader.h"

namespace fastest::discovery {

TestFlag StatementReader::FlagOf(Node value) const {
  if (value.is(Kind::kFalse) || value.is(Kind::kNone)) return TestFlag::kFalse;
  return value.is(Kind::kTrue) ? TestFlag::kTrue : TestFlag::kUnknown;
}

void StatementReader::SetTestFlag(TestFlag flag) { (type_ == nullptr ? file_.test_flag : type_->test_flag) = flag; }

void StatementReader::AssignSpecialName(std::string_view name, Node value, bool conditional) {
  if (name == "__test__") {
    SetTestFlag(conditional ? TestFlag::kUnknown : FlagOf(value));
  } else if (name == "pytestmark") {
    Marks marks;
    const std::string reason =
        conditional ? "pytestmark is set under a condition" : decorators_.ReadMarks(value, marks);
    if (!reason.empty()) OpenOwner(reason);
    (type_ == nullptr ? file_.marks : type_->marks) = std::move(marks);
  } else if (IgnoreList* const list = IgnoreListOf(name)) {
    if (conditional) {
      std::move(list->certain.begin(), list->certain.end(), std::back_inserter(list->possible));
    } else {
      *list = IgnoreList();
    }
    list->is_set = true;
    list->certain.clear();
    AddIgnored(*list, value, conditional);
  }
}

IgnoreList* StatementReader::IgnoreListOf(std::string_view name) {
  if (type_ != nullptr) return nullptr;
  if (name == "collect_ignore") return &file_.collect_ignore;
  return name == "collect_ignore_glob" ? &file_.collect_ignore_glob : nullptr;
}

// Adds the elements of `values`.
void StatementReader::AddIgnored(IgnoreList& list, Node values, bool conditional) {
  const std::optional<std::vector<Value>> elements = values.is_null() ? std::nullopt : evaluator_.Elements(values);
  if (!elements.has_value()) {
    list.computed = true;
    return;
  }
  for (const Value& element : *elements) {
    if (element.kind == ValueKind::kString) {
      (conditional ? list.possible : list.certain).push_back(element.text);
    } else {
      list.computed = true;
    }
  }
}

// collect_ignore.append("x") and the like.
void StatementReader::ReadIgnoreCall(Node call, bool conditional) {
  const Node function = call[Field::kFunction];
  if (!function.is(Kind::kAttribute)) return;
  IgnoreList* const list = IgnoreListOf(evaluator_.TextOf(function[Field::kObject]));
  if (list == nullptr) return;
  const std::string_view method = evaluator_.TextOf(function[Field::kAttribute]);
  const Node argument = call[Field::kArguments].FirstNamedChild();
  if (method == "extend") {
    AddIgnored(*list, argument, conditional);
  } else if (const Value value = evaluator_.Evaluate(argument);
             method == "append" && value.kind == ValueKind::kString) {
    (conditional ? list->possible : list->certain).push_back(value.text);
  } else {
    list->computed = true;
  }
}

void StatementReader::AssignAttribute(Node target, Node value) {
  const Node object = target[Field::kObject];
  if (!object.is(Kind::kIdentifier)) return;
  Binding* const binding = names_.Find(evaluator_.TextOf(object));
  if (binding == nullptr || binding->index < 0) return;
  const std::string_view attribute = evaluator_.TextOf(target[Field::kAttribute]);
  const std::string reason = absl::StrCat("its ", std::string(attribute), " is set from outside");
  const TestFlag flag = value.is_null() ? TestFlag::kUnknown : FlagOf(value);
  if (binding->kind == BindingKind::kFunction) {
    Function& function = file_.functions[static_cast<size_t>(binding->index)];
    if (attribute == "__test__" && flag == TestFlag::kFalse) {
      binding->kind = BindingKind::kValue;
    } else if (attribute == "__test__" || attribute == "pytestmark" || attribute == "__signature__") {
      if (function.decorated == nullptr) function.decorated = std::make_unique<Decorated>();
      function.decorated->open_reason = reason;
      if (attribute == "__test__") AddMoreReason(absl::StrCat(binding->name, ".__test__ is set"));
    }
    return;
  }
  Class& type = file_.classes[static_cast<size_t>(binding->index)];
  if (attribute == "__test__") {
    type.test_flag = flag;
  } else if (attribute == "pytestmark" || absl::StartsWithIgnoreCase(std::string(attribute), "test") ||
             attribute == "__init__" || attribute == "__new__") {
    type.open_reason = reason;
  }
}

void StatementReader::ReadAugmentedAssignment(Node statement, bool conditional) {
  const Node target = statement[Field::kLeft];
  ScanForMagic(statement[Field::kRight]);
  if (!target.is(Kind::kIdentifier)) return;
  const std::string_view name = evaluator_.TextOf(target);
  names_.innermost().Forget(name);
  if (name == "pytestmark") OpenOwner("pytestmark is computed");
  if (IgnoreList* const list = IgnoreListOf(name)) AddIgnored(*list, statement[Field::kRight], conditional);
}

void StatementReader::ReadImport(Node statement, bool conditional) {
  ForEachChild(statement, [&](Node part) {
    Binding binding;
    binding.kind = BindingKind::kImport;
    binding.conditional = conditional;
    if (part.is(Kind::kAliasedImport)) {
      binding.name = evaluator_.TextOf(part[Field::kAlias]);
      binding.detail = evaluator_.TextOf(part[Field::kName]);
    } else {
      // `import a.b` binds a.
      const std::string_view dotted = evaluator_.TextOf(part);
      binding.name = dotted.substr(0, dotted.find('.'));
      binding.detail = binding.name;
    }
    // A module is neither function nor class.
    binding.index = kModuleImport;
    names_.innermost().Bind(std::move(binding));
  });
}

void StatementReader::ReadImportFrom(Node statement, bool conditional) {
  const Node module_node = statement[Field::kModuleName];
  if (module_node.is_null()) return;
  std::string module(evaluator_.TextOf(module_node));
  const std::string prefix = module.back() == '.' ? module : module + ".";
  bool is_module = true;
  ForEachChild(statement, [&](Node part) {
    // The first child is the module itself.
    if (std::exchange(is_module, false)) return;
    if (part.is(Kind::kWildcardImport)) {
      if (!IsStandardLibrary(module)) AddMoreReason(absl::StrCat("imports everything from ", module));
      return;
    }
    Binding binding;
    binding.kind = BindingKind::kImport;
    binding.conditional = conditional;
    const bool aliased = part.is(Kind::kAliasedImport);
    const std::string_view original = evaluator_.TextOf(aliased ? part[Field::kName] : part);
    binding.name = aliased ? evaluator_.TextOf(part[Field::kAlias]) : original;
    binding.detail = prefix + std::string(original);
    names_.innermost().Bind(std::move(binding));
  });
}

// Calls and names that define tests, or withdraw the module, while it is imported.
void StatementReader::ScanForMagic(Node expression) {
  // Nobody hides such a call deeper than this.
  constexpr int kMaxDepth = 200;
  if (!has_magic_ || expression.is_null() || depth_ >= kMaxDepth) return;
  const Kind kind = expression.kind();
  if (kind == Kind::kCall) ScanCall(expression);
  if (kind == Kind::kAttribute && names_.Origin(expression) == "sys.modules" && type_ == nullptr) {
    AddMoreReason("uses sys.modules while it is imported");
  }
  ++depth_;
  ForEachChild(expression, [&](Node part) { ScanForMagic(part); });
  --depth_;
}

void StatementReader::ScanCall(Node call) {
  const std::string origin = names_.Origin(call[Field::kFunction]);
  if (origin == "pytest.importorskip" || origin == "pytest.skip" || origin == "pytest.exit") {
    AddMoreReason(absl::StrCat(origin, " may withdraw the module"));
  } else if (origin == "globals" || origin == "locals" || origin == "vars" || origin == "exec" || origin == "eval" ||
             origin == "setattr") {
    const std::string reason = absl::StrCat("calls ", origin, "() while it is imported");
    if (type_ == nullptr) {
      AddMoreReason(reason);
    } else {
      OpenOwner(reason);
    }
  }
}

// A class that is handed to a call at module level may come back with other methods.
void StatementReader::NoteClassArguments(Node call) {
  const CallArguments arguments = ReadArguments(call[Field::kArguments], evaluator_);
  for (const Node argument : arguments.positional) {
    if (!argument.is(Kind::kIdentifier)) continue;
    const Binding* const binding = names_.Find(evaluator_.TextOf(argument));
    if (binding == nullptr || binding->kind != BindingKind::kClass) continue;
    std::string& reason = file_.classes[static_cast<size_t>(binding->index)].open_reason;
    if (reason.empty())
      reason = absl::StrCat("it is handed to ", std::string(evaluator_.TextOf(call[Field::kFunction])), "()");
  }
}

}  // namespace fastest::discovery
