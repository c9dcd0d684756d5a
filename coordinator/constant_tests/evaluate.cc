#include "coordinator/constant_tests/evaluate.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "coordinator/constant_tests/accept_expression.h"
#include "coordinator/constant_tests/functions.h"

namespace fastest::constant_tests {

using discovery::Field;
using discovery::ForEachChild;
using discovery::Kind;
using discovery::Node;

namespace {

// More than any test that a person writes.
constexpr int kMostSteps = 10'000;

}  // namespace

bool Evaluation::Passes(const TestFunction& test) {
  for (const Node statement : test.statements) {
    if (!Run(statement)) return false;
  }
  return true;
}

bool Evaluation::Run(Node statement) {
  switch (statement.kind()) {
    case Kind::kPassStatement:
      return true;
    case Kind::kAssertStatement:
      return Assert(statement);
    default:
      return Assign(statement.FirstNamedChild());
  }
}

bool Evaluation::Assert(Node statement) {
  std::optional<bool> holds;
  ForEachChild(statement, [&](Node expression) {
    // The second expression is the message of a failure.
    if (holds.has_value()) return;
    const Maybe value = Evaluate(expression);
    // Python warns if a tuple is asserted, even if Python itself has computed the tuple from constants.
    holds = value.has_value() && !value->is(Value::Kind::kTuple) && Truth(*value);
  });
  return holds == true;
}

bool Evaluation::Assign(Node assignment) {
  const std::string_view name = TextOf(assignment[Field::kLeft]);
  Maybe value = Evaluate(assignment[Field::kRight]);
  if (assignment.is(Kind::kAugmentedAssignment) && value.has_value()) {
    const auto old = names_.find(name);
    // A list would change in place, and other names for it would see that.
    const bool is_known = old != names_.end() && (old->second.is_number() || old->second.is(Value::Kind::kText));
    const std::string_view operation = TextOf(assignment[Field::kOperator]);
    value = is_known ? Binary(operation.substr(0, operation.size() - 1), old->second, *value) : std::nullopt;
  }
  if (!value.has_value()) return false;
  names_.insert_or_assign(std::string(name), *std::move(value));
  return true;
}

Maybe Evaluation::Evaluate(Node expression) {
  if (++steps_ > kMostSteps) return std::nullopt;
  Maybe value = EvaluateKind(expression);
  return value.has_value() && Weight(*value) <= kMostWeight ? value : std::nullopt;
}

Maybe Evaluation::EvaluateKind(Node expression) {
  switch (expression.kind()) {
    case Kind::kNone:
      return Value();
    case Kind::kTrue:
      return Value::Bool(true);
    case Kind::kFalse:
      return Value::Bool(false);
    case Kind::kInteger:
    case Kind::kFloat:
      return Number(expression);
    case Kind::kString:
      return Value::Text(TextOfString(TextOf(expression)));
    case Kind::kConcatenatedString:
      return Strings(expression);
    case Kind::kIdentifier: {
      const auto known = names_.find(TextOf(expression));
      return known == names_.end() ? std::nullopt : Maybe(known->second);
    }
    case Kind::kParenthesized:
      return Evaluate(OnlyPart(expression));
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kSet:
      return Display(expression);
    case Kind::kDictionary:
      return Dictionary(expression);
    case Kind::kConditionalExpression:
      return Conditional(expression);
    case Kind::kBooleanOperator:
      return Boolean(expression);
    case Kind::kNotOperator: {
      const Maybe value = Evaluate(expression[Field::kArgument]);
      return value.has_value() ? Maybe(Value::Bool(!Truth(*value))) : std::nullopt;
    }
    case Kind::kComparisonOperator:
      return Comparison(expression);
    case Kind::kBinaryOperator: {
      const Maybe left = Evaluate(expression[Field::kLeft]);
      const Maybe right = Evaluate(expression[Field::kRight]);
      if (!left.has_value() || !right.has_value()) return std::nullopt;
      return Binary(TextOf(expression[Field::kOperator]), *left, *right);
    }
    case Kind::kUnaryOperator: {
      const Maybe value = Evaluate(expression[Field::kArgument]);
      return value.has_value() ? Unary(TextOf(expression[Field::kOperator]), *value) : std::nullopt;
    }
    case Kind::kSubscript:
      return Subscript(expression);
    case Kind::kCall:
      return Call(expression);
    default:
      return std::nullopt;
  }
}

Maybe Evaluation::Conditional(Node expression) {
  std::vector<Node> parts;
  ForEachChild(expression, [&](Node part) { parts.push_back(part); });
  const Maybe condition = Evaluate(parts[1]);
  if (!condition.has_value()) return std::nullopt;
  return Evaluate(Truth(*condition) ? parts[0] : parts[2]);
}

Maybe Evaluation::Boolean(Node expression) {
  Maybe left = Evaluate(expression[Field::kLeft]);
  if (!left.has_value()) return std::nullopt;
  const bool is_or = TextOf(expression[Field::kOperator]) == "or";
  return Truth(*left) == is_or ? left : Evaluate(expression[Field::kRight]);
}

Maybe Evaluation::Comparison(Node expression) {
  const std::vector<std::string_view> operators = ComparisonOperators(text_, expression);
  std::vector<Node> operands;
  ForEachChild(expression, [&](Node operand) { operands.push_back(operand); });
  Maybe left = Evaluate(operands[0]);
  Maybe holds;
  for (size_t i = 0; i < operators.size(); ++i) {
    if (!left.has_value()) return std::nullopt;
    Maybe right = Evaluate(operands[i + 1]);
    if (!right.has_value()) return std::nullopt;
    holds = Compare(operators[i], *left, *right);
    // Python stops at the first part that does not hold.
    if (!holds.has_value() || !Truth(*holds)) return holds;
    left = std::move(right);
  }
  return holds;
}

Maybe Evaluation::Compare(std::string_view operation, const Value& left, const Value& right) const {
  const auto answer = [](std::optional<bool> holds, bool negated = false) -> Maybe {
    if (!holds.has_value()) return std::nullopt;
    return Value::Bool(*holds != negated);
  };
  if (operation == "==") return answer(Equal(left, right));
  if (operation == "!=") return answer(Equal(left, right), /*negated=*/true);
  if (operation == "<") return answer(Less(left, right));
  if (operation == ">") return answer(Less(right, left));
  // All values that Less() compares are totally ordered.
  if (operation == ">=") return answer(Less(left, right), /*negated=*/true);
  if (operation == "<=") return answer(Less(right, left), /*negated=*/true);
  if (operation == "in") return answer(Contains(right, left));
  if (operation == "not in") return answer(Contains(right, left), /*negated=*/true);
  // One side is None, True or False (see Accept), and there is one object of each.
  const bool is_same = left.kind == right.kind && left.integer == right.integer;
  return Value::Bool(is_same == (operation == "is"));
}

Maybe Evaluation::Number(Node literal) const {
  const std::string_view text = TextOf(literal);
  if (literal.is(Kind::kInteger)) {
    int64_t number;
    return absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number) ? Maybe(Value::Integer(number))
                                                                                  : std::nullopt;
  }
  Value value;
  value.kind = Value::Kind::kFloat;
  return absl::SimpleAtod(absl::string_view(text.data(), text.size()), &value.real) ? Maybe(value) : std::nullopt;
}

Maybe Evaluation::Strings(Node strings) const {
  std::string text;
  ForEachChild(strings, [&](Node string) { text += TextOfString(TextOf(string)); });
  return Value::Text(std::move(text));
}

Maybe Evaluation::Display(Node display) {
  std::vector<Value> items;
  bool known = true;
  ForEachChild(display, [&](Node item) {
    Maybe value = Evaluate(item);
    known = value.has_value();
    if (known) items.push_back(*std::move(value));
    return known;
  });
  if (!known) return std::nullopt;
  if (display.is(Kind::kSet)) return MakeSet(std::move(items));
  return Value::Of(display.is(Kind::kList) ? Value::Kind::kList : Value::Kind::kTuple, std::move(items));
}

Maybe Evaluation::Dictionary(Node display) {
  std::vector<Value> entries;
  bool known = true;
  ForEachChild(display, [&](Node pair) {
    for (const Field part : {Field::kKey, Field::kValue}) {
      Maybe value = known ? Evaluate(pair[part]) : std::nullopt;
      known = value.has_value();
      if (known) entries.push_back(*std::move(value));
    }
    return known;
  });
  return known ? MakeDictionary(std::move(entries)) : std::nullopt;
}

Maybe Evaluation::Subscript(Node expression) {
  const Maybe value = Evaluate(expression[Field::kValue]);
  const Node index = expression[Field::kSubscript];
  if (!value.has_value()) return std::nullopt;
  if (!index.is(Kind::kSlice)) {
    const Maybe place = Evaluate(index);
    return place.has_value() ? Item(*value, *place) : std::nullopt;
  }
  Maybe borders[2];
  int colons = 0;
  const uint32_t count = index.ChildCount();
  for (uint32_t i = 0; i < count; ++i) {
    const Node part = index.Child(i);
    if (part.is(Kind::kComment)) continue;
    if (!part.is_named()) {
      if (++colons > 1) return std::nullopt;
      continue;
    }
    borders[colons] = Evaluate(part);
    if (!borders[colons].has_value()) return std::nullopt;
  }
  return Slice(*value, borders[0], borders[1]);
}

Maybe Evaluation::Call(Node expression) {
  const Node function = expression[Field::kFunction];
  Maybe self;
  if (function.is(Kind::kAttribute)) {
    self = Evaluate(function[Field::kObject]);
    if (!self.has_value()) return std::nullopt;
  }
  const Maybe arguments = Display(expression[Field::kArguments]);
  if (!arguments.has_value()) return std::nullopt;
  return self.has_value() ? CallMethod(*self, TextOf(function[Field::kAttribute]), arguments->items)
                          : CallFunction(TextOf(function), arguments->items);
}

}  // namespace fastest::constant_tests
