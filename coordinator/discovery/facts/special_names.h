// Names and calls that mean something to pytest or unittest: pytestmark, __test__, collect_ignore, pytest.skip() …
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_SPECIAL_NAMES_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_SPECIAL_NAMES_H_

#include <string>
#include <string_view>

#include "coordinator/discovery/facts/decorators.h"
#include "coordinator/discovery/facts/evaluator.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/facts/scope.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// Notes in the facts of a file what such names and calls say. StatementReader owns it and hands it each statement that may hold
// one. Borrows its arguments. Not thread-safe.
class SpecialNames {
 public:
  // `text` is the one that the nodes lie in, `file` where the facts go.
  SpecialNames(std::string_view text, const ScopeChain& names, const Evaluator& evaluator,
               const DecoratorReader& decorators, File& file);

  // The class whose body is being read; null in the module.
  Class* owner() const { return owner_; }
  // Enters the body of a class, or leaves it for `owner`. Returns the owner before.
  Class* SetOwner(Class* owner);

  // There may be more tests in the module than are seen, or it may be skipped.
  void AddMoreReason(std::string reason);
  // Each test of the owner is uncertain. The first reason stays.
  void OpenOwner(std::string reason);

  // `name = value`. Null values are not known.
  void Assign(std::string_view name, Node value, bool conditional);
  // `object.attribute = value`.
  void AssignAttribute(Node target, Node value);
  // `name += values`.
  void Augment(std::string_view name, Node values, bool conditional);
  // A call that is a statement: collect_ignore.append("x") and the like, and make(TestClass).
  void ReadCall(Node call, bool conditional);
  // Looks in `expression` for calls and names that define tests, or withdraw the module, while it is imported. `depth` is how
  // deep the expression is nested.
  void Scan(Node expression, int depth);

 private:
  // Null for any other name.
  IgnoreList* IgnoreListOf(std::string_view name);
  void AddIgnored(IgnoreList& list, Node values, bool conditional);
  void ReadIgnoreCall(Node call, bool conditional);
  void NoteClassArguments(Node call);
  void ScanCall(Node call);
  void SetTestFlag(TestFlag flag);

  const ScopeChain& names_;
  const Evaluator& evaluator_;
  const DecoratorReader& decorators_;
  File& file_;
  Class* owner_ = nullptr;
  // Some words of the text may define tests by other means than statements.
  bool has_magic_ = false;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_SPECIAL_NAMES_H_
