#include "coordinator/discovery/facts/special_names.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/call_arguments.h"
#include "coordinator/discovery/facts/standard_library.h"

namespace fastest::discovery {
namespace {

// Words without which no statement but the ordinary ones defines or withdraws tests.
constexpr std::string_view kMagicWords[] = {"importorskip", "skip(", "globals(", "locals(",    "vars(",
                                            "exec(",        "eval(", "setattr(", "sys.modules"};

TestFlag FlagOf(Node value) {
  if (value.is(Kind::kFalse) || value.is(Kind::kNone)) return TestFlag::kFalse;
  return value.is(Kind::kTrue) ? TestFlag::kTrue : TestFlag::kUnknown;
}

}  // namespace

SpecialNames::SpecialNames(std::string_view text, const ScopeChain& names, const Evaluator& evaluator,
                           const DecoratorReader& decorators, File& file)
    : names_(names), evaluator_(evaluator), decorators_(decorators), file_(file) {
  for (const std::string_view word : kMagicWords) has_magic_ = has_magic_ || text.find(word) != std::string_view::npos;
}

Class* SpecialNames::SetOwner(Class* owner) { return std::exchange(owner_, owner); }

void SpecialNames::AddMoreReason(std::string reason) {
  std::vector<std::string>& reasons = file_.more_reasons;
  if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(std::move(reason));
}

void SpecialNames::OpenOwner(std::string reason) {
  std::string& target = owner_ == nullptr ? file_.open_reason : owner_->open_reason;
  if (target.empty()) target = std::move(reason);
}

void SpecialNames::SetTestFlag(TestFlag flag) { (owner_ == nullptr ? file_.test_flag : owner_->test_flag) = flag; }

void SpecialNames::Assign(std::string_view name, Node value, bool conditional) {
  if (name == "__test__") {
    SetTestFlag(conditional ? TestFlag::kUnknown : FlagOf(value));
  } else if (name == "pytestmark") {
    Marks marks;
    const std::string reason =
        conditional ? "pytestmark is set under a condition" : decorators_.ReadMarks(value, marks);
    if (!reason.empty()) OpenOwner(reason);
    (owner_ == nullptr ? file_.marks : owner_->marks) = std::move(marks);
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

IgnoreList* SpecialNames::IgnoreListOf(std::string_view name) {
  if (owner_ != nullptr) return nullptr;
  if (name == "collect_ignore") return &file_.collect_ignore;
  return name == "collect_ignore_glob" ? &file_.collect_ignore_glob : nullptr;
}

// Adds the elements of `values`.
void SpecialNames::AddIgnored(IgnoreList& list, Node values, bool conditional) {
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
void SpecialNames::ReadIgnoreCall(Node call, bool conditional) {
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

void SpecialNames::AssignAttribute(Node target, Node value) {
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

void SpecialNames::Augment(std::string_view name, Node values, bool conditional) {
  if (name == "pytestmark") OpenOwner("pytestmark is computed");
  if (IgnoreList* const list = IgnoreListOf(name)) AddIgnored(*list, values, conditional);
}

void SpecialNames::ReadCall(Node call, bool conditional) {
  NoteClassArguments(call);
  ReadIgnoreCall(call, conditional);
}

void SpecialNames::Scan(Node expression, int depth) {
  // Nobody hides such a call deeper than this.
  constexpr int kMaxDepth = 200;
  if (!has_magic_ || expression.is_null() || depth >= kMaxDepth) return;
  const Kind kind = expression.kind();
  if (kind == Kind::kCall) ScanCall(expression);
  if (kind == Kind::kAttribute && names_.Origin(expression) == "sys.modules" && owner_ == nullptr) {
    AddMoreReason("uses sys.modules while it is imported");
  }
  ForEachChild(expression, [&](Node part) { Scan(part, depth + 1); });
}

void SpecialNames::ScanCall(Node call) {
  const std::string origin = names_.Origin(call[Field::kFunction]);
  if (origin == "pytest.importorskip" || origin == "pytest.skip" || origin == "pytest.exit") {
    AddMoreReason(absl::StrCat(origin, " may withdraw the module"));
  } else if (origin == "globals" || origin == "locals" || origin == "vars" || origin == "exec" || origin == "eval" ||
             origin == "setattr") {
    const std::string reason = absl::StrCat("calls ", origin, "() while it is imported");
    if (owner_ == nullptr) {
      AddMoreReason(reason);
    } else {
      OpenOwner(reason);
    }
  }
}

// A class that is handed to a call at module level may come back with other methods.
void SpecialNames::NoteClassArguments(Node call) {
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
