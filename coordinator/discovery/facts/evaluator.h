// Values of Python expressions, as far as an id of pytest shows them.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_EVALUATOR_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_EVALUATOR_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/name_lookup.h"
#include "coordinator/discovery/text/syntax.h"

namespace fastest::discovery {

enum class ValueKind : unsigned char {
  // Might be anything.
  kUnknown,
  // `text` holds the characters as UTF-8, or the bytes.
  kString,
  kBytes,
  // An int: `text` is its decimal form.
  kInteger,
  // float, bool, complex: `text` is str() of it.
  kScalar,
  kNone,
  // A class or function: `text` is its __name__.
  kNamed,
  // A compiled pattern: `text` is its source.
  kPattern,
  // `text` is "list" or "tuple"; `items` holds what is in it.
  kSequence,
  // pytest.param(*items, id=…).
  kParameterSet,
  // Something that an id shows by the argument's name.
  kObject,
};

struct Value {
  ValueKind kind = ValueKind::kUnknown;
  std::string text;
  std::vector<Value> items;
  // Of a kParameterSet: it has marks; its id, null if not given.
  bool marked = false;
  std::unique_ptr<Value> id;
};

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

// The value of one string literal as it is written, prefix and quotes included. Unknown for a formatted string that has fields,
// and for escapes by a character's name.
Value StringLiteral(std::string_view literal);

// The value of a number as it is written. Unknown if it is too large for us.
Value IntegerLiteral(std::string_view literal);
Value FloatLiteral(std::string_view literal);

// repr() of a float.
std::string FloatText(double value);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_EVALUATOR_H_
