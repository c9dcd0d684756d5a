// Which expressions of a test are accepted, as accept.h says, and what their tokens mean.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_EXPRESSION_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_EXPRESSION_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/text/syntax.h"

namespace fastest::constant_tests {

// The first thing in a module that is not accepted.
class Refusal {
 public:
  void Refuse(std::string_view why) {
    if (why_.empty()) why_ = std::string(why);
  }
  // Refuses the module unless `condition` holds. Returns whether everything so far is accepted.
  bool Require(bool condition, std::string_view why) {
    if (!condition) Refuse(why);
    return why_.empty();
  }
  // For a person. Empty if everything so far is accepted.
  const std::string& why() const { return why_; }

 private:
  std::string why_;
};

// Reads the expressions of one module. Borrows its arguments. Not thread-safe.
class ExpressionReader {
 public:
  ExpressionReader(std::string_view text, Refusal& refusal) : text_(text), refusal_(refusal) {}

  // Refuses the module unless the expression is accepted.
  void Read(discovery::Node expression);

  // Whether the string is on one line, has no prefix, and has only escapes that all versions know.
  bool IsString(discovery::Node literal) const;

 private:
  std::string_view TextOf(discovery::Node node) const { return text_.substr(node.start(), node.end() - node.start()); }
  // Reads an expression whose place requires that it binds at least as tightly as `least`.
  void ReadExpression(discovery::Node expression, int least, int depth);
  void ReadChildren(discovery::Node parent, int depth);
  // The rank of the expression; -1 if it is not accepted.
  int ReadOperation(discovery::Node expression, int depth);
  int ReadConditional(discovery::Node expression, int depth);
  int ReadBoolean(discovery::Node expression, int depth);
  int ReadBinary(discovery::Node expression, int depth);
  int ReadComparison(discovery::Node expression, int depth);
  int ReadPrimary(discovery::Node expression, int depth);
  int ReadSubscript(discovery::Node expression, int depth);
  int ReadCall(discovery::Node expression, int depth);
  bool StandsApart(discovery::Node literal) const;
  bool IsNumber(discovery::Node literal) const;

  const std::string_view text_;
  Refusal& refusal_;
};

// Whether `name` is neither a keyword nor one of Python's own names ("__x").
bool IsName(std::string_view name);

// Whether it is an operator between two values ("+", "//"), as an augmented assignment has it before its "=".
bool IsBinaryOperator(std::string_view operation);

// What is between the parentheses, apart from comments.
discovery::Node OnlyPart(discovery::Node parenthesized);

// The text of an accepted string literal.
std::string TextOfString(std::string_view literal);

// The operators of a comparison, each as one word ("not in", "is not"). Empty if Python 3 does not have one of them.
std::vector<std::string_view> ComparisonOperators(std::string_view text, discovery::Node comparison);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_ACCEPT_EXPRESSION_H_
