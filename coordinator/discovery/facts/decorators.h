// Reads decorators and marks: what they make of a test, a fixture or a class.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_DECORATORS_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_DECORATORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/evaluator.h"
#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/facts/id_maker.h"
#include "coordinator/discovery/facts/name_lookup.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// Cheap to make; borrows both arguments.
class DecoratorReader {
 public:
  DecoratorReader(const Evaluator& evaluator, const NameLookup& names) : evaluator_(evaluator), names_(names) {}

  // `decorators` from top to bottom, `name` is the function's.
  Decorated ReadFunction(const std::vector<Node>& decorators, std::string_view name) const;

  // Adds what `decorators` say to `target`.
  void ReadClass(const std::vector<Node>& decorators, Class& target) const;

  // A mark or a list of marks, as pytestmark holds it. Adds to `marks`; gives the reason why that is not all, or "".
  std::string ReadMarks(Node expression, Marks& marks) const { return ReadMarks(expression, marks, 0); }

 private:
  std::string ReadMarks(Node expression, Marks& marks, int depth) const;
  std::string ReadMarkCall(const std::string& origin, Node arguments, Marks& marks) const;
  Parametrize ReadParametrize(Node arguments) const;
  Fixture ReadFixture(Node arguments, std::string_view name) const;
  void ReadOne(Node expression, std::string_view name, int depth, Decorated& decorated) const;
  void ReadGiven(Node arguments, Decorated& decorated) const;
  int MockedArguments(const std::string& origin, Node arguments) const;
  IdSource ReadIds(Node expression) const;
  ParameterSets ReadSets(const std::vector<std::string>& names, bool single, Node values, Node ids) const;

  const Evaluator& evaluator_;
  const NameLookup& names_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_DECORATORS_H_
