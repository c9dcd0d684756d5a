// The names of a file while it is read from top to bottom.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_SCOPE_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_SCOPE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/facts/name_lookup.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// The namespace of a module or class while it is made. Bindings are in the order of its dictionary.
class Scope {
 public:
  // Binds a name at the place of its first binding. `value` is the bound expression, or null.
  void Bind(Binding binding, Node value = Node());

  // `del name`.
  void Remove(std::string_view name, bool conditional);

  // The name was changed in place. It no longer has the value of its expression.
  void Forget(std::string_view name);

  // Null if the name is not bound here. Invalid after the next Bind.
  Binding* Find(std::string_view name);

  // The expression to which a name is bound, if it is bound once and under no condition; else null.
  Node ValueOf(std::string_view name) const;

  std::vector<Binding> TakeBindings();

 private:
  std::vector<Binding> bindings_;
  // Parallel to bindings_.
  std::vector<Node> values_;
  absl::flat_hash_map<std::string, size_t> places_;
};

// The scopes that an expression sees: classes from the inside out, then the module. Borrows the scopes.
class ScopeChain : public NameLookup {
 public:
  // `text` is the text of the nodes, `source` the whole file, `classes` those read so far. All must outlive the chain.
  ScopeChain(std::string_view text, std::string_view source, const std::vector<Class>& classes,
             const std::vector<std::string_view>& function_names)
      : text_(text), source_(source), classes_(classes), function_names_(function_names) {}

  void Push(Scope* scope) { scopes_.push_back(scope); }
  void Pop() { scopes_.pop_back(); }
  Scope& innermost() { return *scopes_.back(); }
  bool in_class() const { return scopes_.size() > 1; }

  std::string Origin(Node expression) const override { return Origin(expression, 0); }
  Node Constant(std::string_view name) const override;
  std::string LocalName(std::string_view name) const override;
  bool MakesPlainInstance(std::string_view name) const override;

  // What `name` is bound to here, or null.
  Binding* Find(std::string_view name) const;

 private:
  std::string Origin(Node expression, int depth) const;
  bool IsPlain(const Class& type, int depth) const;
  // Whether some line of the file looks as if it changed the value of `name` in place.
  bool IsChanged(std::string_view name) const;

  std::string_view text_;
  std::string_view source_;
  const std::vector<Class>& classes_;
  const std::vector<std::string_view>& function_names_;
  std::vector<Scope*> scopes_;
  mutable absl::flat_hash_map<std::string, bool> changed_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_SCOPE_H_
