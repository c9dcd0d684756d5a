#include "coordinator/discovery/facts/scope.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/discovery/text/token_scan.h"

namespace fastest::discovery {
namespace {

constexpr int kMaxDepth = 16;

// Methods that change a list, dict or set.
constexpr std::string_view kMutators[] = {"add",     "append", "clear",   "discard",    "extend", "insert", "pop",
                                          "popitem", "remove", "reverse", "setdefault", "sort",   "update"};

bool IsDefinition(BindingKind kind) { return kind == BindingKind::kFunction || kind == BindingKind::kClass; }

}  // namespace

void Scope::Bind(Binding binding, Node value) {
  const auto [place, is_new] = places_.try_emplace(binding.name, bindings_.size());
  if (is_new) {
    bindings_.push_back(std::move(binding));
    values_.push_back(value);
    return;
  }
  Binding& old = bindings_[place->second];
  values_[place->second] = Node();
  if (!binding.conditional) {
    // If the first binding is conditional, the place among the others is not certain.
    binding.conditional = old.conditional && IsDefinition(binding.kind);
    old = std::move(binding);
    return;
  }
  if (old.kind == BindingKind::kImport && binding.kind == BindingKind::kImport) {
    // `try: from unittest import mock` / `except ImportError: import mock`: the same thing from two places.
    if (old.detail != binding.detail) old.detail = "";
    return;
  }
  const bool takes_over = IsDefinition(binding.kind) && !IsDefinition(old.kind);
  if (takes_over) old = std::move(binding);
  old.conditional = true;
}

void Scope::Remove(std::string_view name, bool conditional) {
  const auto place = places_.find(std::string(name));
  if (place == places_.end()) return;
  if (conditional) {
    bindings_[place->second].conditional = true;
    return;
  }
  // A name that is bound again later takes a new place.
  bindings_[place->second].name.clear();
  places_.erase(place);
}

void Scope::Forget(std::string_view name) {
  const auto place = places_.find(std::string(name));
  if (place != places_.end()) values_[place->second] = Node();
}

Binding* Scope::Find(std::string_view name) {
  const auto place = places_.find(std::string(name));
  return place == places_.end() ? nullptr : &bindings_[place->second];
}

Node Scope::ValueOf(std::string_view name) const {
  const auto place = places_.find(std::string(name));
  if (place == places_.end() || bindings_[place->second].conditional) return Node();
  return values_[place->second];
}

std::vector<Binding> Scope::TakeBindings() {
  bindings_.erase(
      std::remove_if(bindings_.begin(), bindings_.end(), [](const Binding& binding) { return binding.name.empty(); }),
      bindings_.end());
  return std::move(bindings_);
}

Binding* ScopeChain::Find(std::string_view name) const {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (Binding* const binding = (*scope)->Find(name)) return binding;
  }
  return nullptr;
}

Node ScopeChain::Constant(std::string_view name) const {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if ((*scope)->Find(name) == nullptr) continue;
    const Node value = (*scope)->ValueOf(name);
    return value.is_null() || IsChanged(name) ? Node() : value;
  }
  return Node();
}

std::string ScopeChain::Origin(Node expression, int depth) const {
  if (expression.is_null() || depth > kMaxDepth) return "";
  const std::string_view text = text_.substr(expression.start(), expression.end() - expression.start());
  std::string origin;
  if (expression.kind() == Kind::kAttribute) {
    origin = Origin(expression[Field::kObject], depth + 1);
    if (origin.empty()) return "";
    const Node attribute = expression[Field::kAttribute];
    absl::StrAppend(&origin, ".", std::string(text_.substr(attribute.start(), attribute.end() - attribute.start())));
  } else if (expression.kind() == Kind::kParenthesized) {
    return Origin(expression.FirstNamedChild(), depth + 1);
  } else if (expression.kind() == Kind::kIdentifier) {
    const Binding* const binding = Find(text);
    if (binding == nullptr) return std::string(text);
    if (binding->kind != BindingKind::kImport) {
      const Node value = Constant(text);
      const bool dotted = value.is(Kind::kIdentifier) || value.is(Kind::kAttribute);
      return dotted ? Origin(value, depth + 1) : "";
    }
    origin = binding->detail;
  } else {
    return "";
  }
  // The backport of the standard library's module.
  if (origin == "mock" || absl::StartsWith(origin, "mock.")) return "unittest." + origin;
  return origin;
}

std::string ScopeChain::LocalName(std::string_view name) const {
  const Binding* const binding = Find(name);
  if (binding == nullptr || binding->conditional || binding->index < 0) return "";
  if (binding->kind == BindingKind::kClass) {
    const Class& type = classes_[static_cast<size_t>(binding->index)];
    return type.open_reason.empty() ? type.name : "";
  }
  return std::string(function_names_[static_cast<size_t>(binding->index)]);
}

bool ScopeChain::MakesPlainInstance(std::string_view name) const {
  const Binding* const binding = Find(name);
  return binding != nullptr && !binding->conditional && binding->kind == BindingKind::kClass &&
         IsPlain(classes_[static_cast<size_t>(binding->index)], 0);
}

bool ScopeChain::IsPlain(const Class& type, int depth) const {
  if (!type.open_reason.empty() || depth > kMaxDepth) return false;
  for (const Binding& binding : type.bindings) {
    if (binding.name == "__name__" || binding.name == "__new__" || binding.name == "__getattr__" ||
        binding.name == "__getattribute__") {
      return false;
    }
  }
  return std::all_of(type.bases.begin(), type.bases.end(), [&](const BaseClass& base) {
    return base.local >= 0 ? IsPlain(classes_[static_cast<size_t>(base.local)], depth + 1) : base.name == "object";
  });
}

bool ScopeChain::IsChanged(std::string_view name) const {
  const auto [known, is_new] = changed_.try_emplace(std::string(name), false);
  if (!is_new) return known->second;
  bool changed = false;
  for (size_t at = source_.find(name); at != std::string_view::npos && !changed; at = source_.find(name, at + 1)) {
    size_t next = at + name.size();
    if ((at > 0 && IsNameCharacter(source_[at - 1])) || (next < source_.size() && IsNameCharacter(source_[next])))
      continue;
    while (next < source_.size() && source_[next] == ' ') ++next;
    const std::string_view rest = source_.substr(next);
    const auto starts = [&rest](std::string_view prefix) { return rest.substr(0, prefix.size()) == prefix; };
    if (starts("+=") || starts("*=") || starts("|=") || starts("-=") || starts("&=") || starts("^=")) changed = true;
    if (starts(".")) {
      size_t end = 1;
      while (end < rest.size() && IsNameCharacter(rest[end])) ++end;
      const std::string_view method = rest.substr(1, end - 1);
      changed = std::find(std::begin(kMutators), std::end(kMutators), method) != std::end(kMutators);
    } else if (starts("[")) {
      // An item is assigned or deleted.
      const size_t close = rest.find(']');
      const size_t equals = close == std::string_view::npos ? close : rest.find_first_not_of(' ', close + 1);
      changed = equals != std::string_view::npos && rest[equals] == '=' && rest.substr(equals, 2) != "==";
      changed = changed || (at >= 4 && source_.substr(at - 4, 4) == "del ");
    }
    // A function may bind the name anew.
    changed = changed || (at >= 7 && source_.substr(at - 7, 7) == "global ");
  }
  known->second = changed;
  return changed;
}

}  // namespace fastest::discovery
