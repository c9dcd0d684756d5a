// Goes through the statements of a module or class in their order and notes what they bind.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_STATEMENT_READER_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_STATEMENT_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/decorators.h"
#include "coordinator/discovery/facts/evaluator.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/facts/scope.h"
#include "coordinator/discovery/facts/special_names.h"
#include "coordinator/discovery/text/skim.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// Reads one file, once. Borrows its arguments.
class StatementReader {
 public:
  // `source` is the whole file, `outline` what Skim left of it, `file` where the facts go.
  StatementReader(std::string_view source, const Outline& outline, File& file);

  // `root` is the tree of outline.text.
  void ReadModule(Node root);

 private:
  void ReadBlock(Node block, bool conditional);
  void ReadStatement(Node statement, bool conditional);
  void ReadExpressionStatement(Node statement, bool conditional);
  void ReadAssignment(Node assignment, bool conditional);
  void AssignTo(Node target, Node value, bool conditional);
  void AssignName(std::string_view name, Node value, bool conditional);
  void ReadAugmentedAssignment(Node statement, bool conditional);
  void ReadImport(Node statement, bool conditional);
  void ReadImportFrom(Node statement, bool conditional);
  void ReadIf(Node statement, bool conditional);
  void ReadCompound(Node statement, bool conditional);
  void ReadDecorated(Node statement, bool conditional);
  void ReadClass(Node definition, const std::vector<Node>& decorators, bool conditional);
  void ReadBases(Node superclasses, Class& type);
  void AddFunctions(uint32_t offset, const std::vector<Node>& decorators, bool conditional);
  void AddFunction(const SkimmedFunction& skimmed, const std::vector<Node>& decorators, bool conditional);

  std::string_view source_;
  const Outline& outline_;
  File& file_;
  std::vector<std::string_view> function_names_;
  ScopeChain names_;
  Evaluator evaluator_;
  DecoratorReader decorators_;
  SpecialNames special_;
  // How deep the statement or expression that is being read is nested.
  int depth_ = 0;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_STATEMENT_READER_H_
