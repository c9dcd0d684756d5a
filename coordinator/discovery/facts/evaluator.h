// Finds the values of Python expressions without running Python, as far as an id of pytest shows them.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_EVALUATOR_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_EVALUATOR_H_

#include <optional>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/name_lookup.h"
#include "coordinator/discovery/facts/value.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

// Evaluates expressions of one text. Cheap to make; borrows both arguments.
class Evaluator {
 public:
  Evaluator(std::string_view text, const NameLookup& names) : text_(text), names_(names) {}

  Value Evaluate(Node expression) const { return Evaluate(expression, 0); }

  // The elements that iterating over `expression` gives, or nothing if they aren't known.
  std::optional<std::vector<Value>> Elements(Node expression) const { return Elements(expression, 0); }

  // How many elements iterating would give, as far as can be told: at least 1.
  int EstimateLength(Node expression) const { return EstimateLength(expression, 0); }

  std::string_view TextOf(Node node) const { return text_.substr(node.start(), node.end() - node.start()); }

 private:
  Value Evaluate(Node expression, int depth) const;
  std::optional<std::vector<Value>> Elements(Node expression, int depth) const;
  int EstimateLength(Node expression, int depth) const;
  Value EvaluateCall(Node call, int depth) const;
  Value EvaluateParam(Node arguments, int depth) const;
  Value EvaluateUnary(Node expression, int depth) const;
  Value EvaluateBinary(Node expression, int depth) const;
  Value EvaluateName(Node expression, int depth) const;
  std::optional<std::vector<Value>> Range(Node arguments, int depth) const;

  std::string_view text_;
  const NameLookup& names_;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_EVALUATOR_H_
