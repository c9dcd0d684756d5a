#include "coordinator/discovery/facts/statement_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/facts/binding_kind.h"
#include "coordinator/discovery/facts/call_arguments.h"
#include "coordinator/discovery/facts/standard_library.h"

namespace fastest::discovery {
namespace {

// Python itself allows 100 levels of indentation.
constexpr int kMaxDepth = 120;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string Shortened(std::string_view text) {
  constexpr size_t kLongest = 40;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() && line.size() <= kLongest) return std::string(text);
  return absl::StrCat(std::string(line.substr(0, kLongest)), "…");
}

}  // namespace

StatementReader::StatementReader(std::string_view source, const Outline& outline, File& file)
    : source_(source),
      outline_(outline),
      file_(file),
      names_(outline.text, source, file.classes, function_names_),
      evaluator_(outline.text, names_),
      decorators_(evaluator_, names_),
      special_(outline.text, names_, evaluator_, decorators_, file) {}

void StatementReader::ReadModule(Node root) {
  Scope scope;
  names_.Push(&scope);
  ReadBlock(root, /*conditional=*/false);
  names_.Pop();
  file_.bindings = scope.TakeBindings();
  // What a function of the file does, when it is called while the file is imported.
  for (const std::string_view pattern : {"globals()[", "globals().update(", "setattr(sys.modules["}) {
    if (source_.find(pattern) != std::string_view::npos) special_.AddMoreReason("writes to globals()");
  }
}

void StatementReader::ReadBlock(Node block, bool conditional) {
  if (depth_ >= kMaxDepth) {
    file_.unreadable = "it is nested too deeply";
    return;
  }
  ++depth_;
  ForEachChild(block, [&](Node statement) { ReadStatement(statement, conditional); });
  --depth_;
}

void StatementReader::ReadStatement(Node statement, bool conditional) {
  switch (statement.kind()) {
    case Kind::kExpressionStatement:
      return ReadExpressionStatement(statement, conditional);
    case Kind::kImportStatement:
      return ReadImport(statement, conditional);
    case Kind::kImportFromStatement:
      return ReadImportFrom(statement, conditional);
    case Kind::kClassDefinition:
      return ReadClass(statement, {}, conditional);
    case Kind::kDecoratedDefinition:
      return ReadDecorated(statement, conditional);
    case Kind::kIfStatement:
      return ReadIf(statement, conditional);
    case Kind::kDeleteStatement:
      return ForEachChild(statement, [&](Node target) {
        const auto remove = [&](Node name) { names_.innermost().Remove(evaluator_.TextOf(name), conditional); };
        if (target.is(Kind::kIdentifier)) remove(target);
        if (target.is(Kind::kExpressionList)) ForEachChild(target, remove);
      });
    case Kind::kRaiseStatement:
      return special_.AddMoreReason("may raise while it is imported");
    case Kind::kPrintStatement:
    case Kind::kExecStatement:
      file_.unreadable = absl::StrCat("line ", outline_.LineAt(statement.start()), " is no Python 3");
      return;
    case Kind::kTypeAliasStatement:
    case Kind::kComment:
      return;
    default:
      return ReadCompound(statement, conditional);
  }
}

// Loops, try, with, match and whatever else has blocks: they may run or not.
void StatementReader::ReadCompound(Node statement, bool conditional) {
  if (depth_ >= kMaxDepth) {
    file_.unreadable = "it is nested too deeply";
    return;
  }
  ++depth_;
  if (statement.is(Kind::kForStatement)) AssignTo(statement[Field::kLeft], Node(), /*conditional=*/true);
  ForEachChild(statement, [&](Node part) {
    switch (part.kind()) {
      case Kind::kBlock:
        return ReadBlock(part, /*conditional=*/true);
      case Kind::kAsPatternTarget:
        return AssignTo(part.FirstNamedChild(), Node(), /*conditional=*/true);
      case Kind::kOther:
      case Kind::kElseClause:
      case Kind::kElifClause:
        return ReadCompound(part, conditional);
      default:
        return special_.Scan(part, depth_);
    }
  });
  --depth_;
}

void StatementReader::ReadIf(Node statement, bool conditional) {
  const Node condition = statement[Field::kCondition];
  const std::string_view text = evaluator_.TextOf(condition);
  const bool is_main = text.find("__name__") != std::string_view::npos &&
                       text.find("__main__") != std::string_view::npos && text.find("==") != std::string_view::npos &&
                       text.size() < 40;
  const bool never = is_main || condition.is(Kind::kFalse) || names_.Origin(condition) == "typing.TYPE_CHECKING";
  if (!never) {
    special_.Scan(condition, depth_);
    ReadBlock(statement[Field::kConsequence], /*conditional=*/true);
  }
  ForEachChild(statement, [&](Node part) {
    if (part.is(Kind::kElseClause)) ReadBlock(part[Field::kBody], conditional || !never);
    if (part.is(Kind::kElifClause)) ReadCompound(part, /*conditional=*/true);
  });
}

void StatementReader::ReadAugmentedAssignment(Node statement, bool conditional) {
  const Node target = statement[Field::kLeft];
  const Node value = statement[Field::kRight];
  special_.Scan(value, depth_);
  if (!target.is(Kind::kIdentifier)) return;
  const std::string_view name = evaluator_.TextOf(target);
  names_.innermost().Forget(name);
  special_.Augment(name, value, conditional);
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
      if (!IsStandardLibrary(module)) special_.AddMoreReason(absl::StrCat("imports everything from ", module));
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

void StatementReader::ReadExpressionStatement(Node statement, bool conditional) {
  const Node expression = statement.FirstNamedChild();
  switch (expression.is_null() ? Kind::kOther : expression.kind()) {
    case Kind::kInteger:
      return AddFunctions(statement.start(), {}, conditional);
    case Kind::kAssignment:
      return ReadAssignment(expression, conditional);
    case Kind::kAugmentedAssignment:
      return ReadAugmentedAssignment(expression, conditional);
    case Kind::kCall:
      special_.ReadCall(expression, conditional);
      return special_.Scan(expression, depth_);
    default:
      return special_.Scan(statement, depth_);
  }
}

void StatementReader::ReadAssignment(Node assignment, bool conditional) {
  // a = b = value
  std::vector<Node> targets;
  Node value = assignment;
  while (value.is(Kind::kAssignment)) {
    targets.push_back(value[Field::kLeft]);
    value = value[Field::kRight];
  }
  // `x: int` binds nothing.
  if (value.is_null()) return;
  special_.Scan(value, depth_);
  for (const Node target : targets) AssignTo(target, value, conditional);
}

void StatementReader::AssignTo(Node target, Node value, bool conditional) {
  if (target.is_null()) return;
  switch (target.kind()) {
    case Kind::kIdentifier:
      return AssignName(evaluator_.TextOf(target), value, conditional);
    case Kind::kAttribute:
      return special_.AssignAttribute(target, value);
    case Kind::kPatternList:
    case Kind::kTuplePattern:
    case Kind::kListPattern:
    case Kind::kListSplat:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kParenthesized:
      if (++depth_ < kMaxDepth) ForEachChild(target, [&](Node part) { AssignTo(part, Node(), conditional); });
      --depth_;
      return;
    default:
      return special_.Scan(target, depth_);
  }
}

void StatementReader::AssignName(std::string_view name, Node value, bool conditional) {
  special_.Assign(name, value, conditional);
  Binding binding;
  binding.name = name;
  binding.conditional = conditional;
  const Binding* const source = value.is(Kind::kIdentifier) ? names_.Find(evaluator_.TextOf(value)) : nullptr;
  if (source != nullptr && source->kind != BindingKind::kUnknown) {
    // Another name for the same thing.
    binding.kind = source->kind;
    binding.index = source->index;
    binding.detail = source->detail;
    binding.conditional = conditional || source->conditional;
  } else {
    binding.kind = KindOfValue(value, names_, evaluator_);
    if (binding.kind == BindingKind::kUnknown) {
      binding.detail = value.is_null() ? "assigned" : "assigned from " + Shortened(evaluator_.TextOf(value));
    }
  }
  names_.innermost().Bind(std::move(binding), conditional ? Node() : value);
}

void StatementReader::AddFunctions(uint32_t offset, const std::vector<Node>& decorators, bool conditional) {
  const auto gap = std::lower_bound(outline_.gaps.begin(), outline_.gaps.end(), offset,
                                    [](const Outline::Gap& left, uint32_t right) { return left.offset < right; });
  // Else it is a number that somebody wrote.
  if (gap == outline_.gaps.end() || gap->offset != offset) return;
  for (uint32_t i = 0; i < gap->count; ++i) AddFunction(outline_.functions[gap->first + i], decorators, conditional);
}

void StatementReader::AddFunction(const SkimmedFunction& skimmed, const std::vector<Node>& decorators,
                                  bool conditional) {
  Function function;
  function.line = skimmed.line;
  function.yields = skimmed.yields;
  function.odd_arguments = skimmed.positional_only;
  function.arguments.assign(skimmed.arguments.begin(), skimmed.arguments.end());
  if (!decorators.empty()) {
    function.decorated = std::make_unique<Decorated>(decorators_.ReadFunction(decorators, skimmed.name));
    if (special_.owner() != nullptr && function.decorated->open_reason == "it is abstract")
      special_.OpenOwner("it has abstract methods");
  }
  Binding binding;
  binding.name = skimmed.name;
  binding.kind = BindingKind::kFunction;
  binding.conditional = conditional;
  binding.index = static_cast<int>(file_.functions.size());
  if (!IsAscii(skimmed.name)) {
    // Python normalises such names, and then they may look different.
    if (function.decorated == nullptr) function.decorated = std::make_unique<Decorated>();
    function.decorated->open_reason = "its name is not ASCII";
  }
  function_names_.push_back(skimmed.name);
  file_.functions.push_back(std::move(function));
  names_.innermost().Bind(std::move(binding));
}

void StatementReader::ReadDecorated(Node statement, bool conditional) {
  std::vector<Node> decorators;
  ForEachChild(statement, [&](Node part) {
    if (part.is(Kind::kDecorator)) decorators.push_back(part.FirstNamedChild());
  });
  const Node definition = statement[Field::kDefinition];
  if (definition.is(Kind::kClassDefinition)) return ReadClass(definition, decorators, conditional);
  AddFunctions(definition.start(), decorators, conditional);
}

void StatementReader::ReadClass(Node definition, const std::vector<Node>& decorators, bool conditional) {
  Class type;
  type.line = outline_.LineAt(definition.start());
  type.name = evaluator_.TextOf(definition[Field::kName]);
  if (!IsAscii(type.name)) type.open_reason = "its name is not ASCII";
  ReadBases(definition[Field::kSuperclasses], type);

  Class* const outer = special_.SetOwner(&type);
  Scope scope;
  names_.Push(&scope);
  ReadBlock(definition[Field::kBody], /*conditional=*/false);
  names_.Pop();
  special_.SetOwner(outer);
  type.bindings = scope.TakeBindings();
  decorators_.ReadClass(decorators, type);

  Binding binding;
  binding.name = type.name;
  binding.kind = BindingKind::kClass;
  binding.conditional = conditional;
  binding.index = static_cast<int>(file_.classes.size());
  file_.classes.push_back(std::move(type));
  names_.innermost().Bind(std::move(binding));
}

void StatementReader::ReadBases(Node superclasses, Class& type) {
  const CallArguments arguments = ReadArguments(superclasses, evaluator_);
  for (const Node expression : arguments.positional) {
    BaseClass base;
    // Generic[T]
    const Node named = expression.is(Kind::kSubscript) ? expression[Field::kValue] : expression;
    const Binding* const binding = named.is(Kind::kIdentifier) ? names_.Find(evaluator_.TextOf(named)) : nullptr;
    if (binding != nullptr && binding->kind == BindingKind::kClass && !binding->conditional) {
      base.local = binding->index;
    } else {
      base.name = names_.Origin(named);
      // What it is called is a better hint than nothing.
      if (base.name.empty()) base.name = "?" + Shortened(evaluator_.TextOf(named));
    }
    type.bases.push_back(std::move(base));
  }
  for (const auto& [name, value] : arguments.named) {
    if (name == "metaclass" && names_.Origin(value) != "abc.ABCMeta") {
      type.open_reason = absl::StrCat("it is made by the metaclass ", Shortened(evaluator_.TextOf(value)));
    }
  }
  if (arguments.has_splat) type.open_reason = "its base classes are computed";
}

}  // namespace fastest::discovery
