#include "coordinator/discovery/facts/evaluator.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "coordinator/discovery/facts/builtins.h"
#include "coordinator/discovery/facts/literals.h"

namespace fastest::discovery {
namespace {

// Deeper than anybody writes by hand; recursion ends here.
constexpr int kMaxDepth = 60;
// Longer lists are generated code or a mistake; their tests are counted, not named.
constexpr size_t kMaxElements = 100'000;

Value MakeValue(ValueKind kind, std::string text = "") {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

// A number that fits, of an integer value.
std::optional<int64_t> Number(const Value& value) {
  int64_t number = 0;
  if (value.kind != ValueKind::kInteger) return std::nullopt;
  const char* const end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<int64_t> Power(int64_t base, int64_t exponent) {
  if (exponent < 0 || exponent > 63) return std::nullopt;
  int64_t result = 1;
  for (int64_t i = 0; i < exponent; ++i) {
    if (__builtin_mul_overflow(result, base, &result)) return std::nullopt;
  }
  return result;
}

std::optional<int64_t> Calculate(std::string_view sign, int64_t left, int64_t right) {
  int64_t result = 0;
  if (sign == "+") return __builtin_add_overflow(left, right, &result) ? std::nullopt : std::optional(result);
  if (sign == "-") return __builtin_sub_overflow(left, right, &result) ? std::nullopt : std::optional(result);
  if (sign == "*") return __builtin_mul_overflow(left, right, &result) ? std::nullopt : std::optional(result);
  if (sign == "**") return Power(left, right);
  if (sign == "<<" && right >= 0 && right < 63) {
    return __builtin_mul_overflow(left, int64_t{1} << right, &result) ? std::nullopt : std::optional(result);
  }
  return std::nullopt;
}

Value Copy(const Value& value) {
  Value copy = MakeValue(value.kind, value.text);
  for (const Value& item : value.items) copy.items.push_back(Copy(item));
  copy.marked = value.marked;
  if (value.id != nullptr) copy.id = std::make_unique<Value>(Copy(*value.id));
  return copy;
}

}  // namespace

Value Evaluator::Evaluate(Node expression, int depth) const {
  if (expression.is_null() || depth > kMaxDepth) return Value();
  switch (expression.kind()) {
    case Kind::kString:
      return StringLiteral(TextOf(expression));
    case Kind::kConcatenatedString: {
      Value whole;
      bool first = true;
      ForEachChild(expression, [&](Node part) {
        Value value = StringLiteral(TextOf(part));
        if (first) {
          whole = std::move(value);
        } else if (value.kind != whole.kind) {
          whole = Value();
        } else {
          whole.text += value.text;
        }
        first = false;
        return whole.kind != ValueKind::kUnknown;
      });
      return whole;
    }
    case Kind::kInteger:
      return IntegerLiteral(TextOf(expression));
    case Kind::kFloat:
      return FloatLiteral(TextOf(expression));
    case Kind::kTrue:
      return MakeValue(ValueKind::kScalar, "True");
    case Kind::kFalse:
      return MakeValue(ValueKind::kScalar, "False");
    case Kind::kNone:
      return MakeValue(ValueKind::kNone, "None");
    case Kind::kParenthesized:
      return Evaluate(expression.FirstNamedChild(), depth + 1);
    case Kind::kList:
    case Kind::kTuple: {
      Value value = MakeValue(ValueKind::kSequence, expression.kind() == Kind::kList ? "list" : "tuple");
      bool splat = false;
      ForEachChild(expression, [&](Node item) {
        splat = splat || item.kind() == Kind::kListSplat;
        value.items.push_back(Evaluate(item, depth + 1));
        return value.items.size() <= kMaxElements && !splat;
      });
      // Still a list, of a length that is not known.
      if (splat) return MakeValue(ValueKind::kObject);
      return value;
    }
    case Kind::kDictionary:
    case Kind::kDictionaryComprehension:
    case Kind::kEllipsis:
    case Kind::kListComprehension:
    case Kind::kSet:
    case Kind::kSetComprehension:
      return MakeValue(ValueKind::kObject);
    case Kind::kLambda:
      return MakeValue(ValueKind::kNamed, "<lambda>");
    case Kind::kUnaryOperator:
      return EvaluateUnary(expression, depth);
    case Kind::kBinaryOperator:
      return EvaluateBinary(expression, depth);
    case Kind::kCall:
      return EvaluateCall(expression, depth);
    case Kind::kIdentifier:
    case Kind::kAttribute:
      return EvaluateName(expression, depth);
    default:
      return Value();
  }
}

Value Evaluator::EvaluateName(Node expression, int depth) const {
  if (expression.kind() == Kind::kIdentifier) {
    const std::string_view name = TextOf(expression);
    if (const Node constant = names_.Constant(name); !constant.is_null()) return Evaluate(constant, depth + 1);
    std::string local = names_.LocalName(name);
    if (!local.empty()) return MakeValue(ValueKind::kNamed, std::move(local));
  }
  const std::string origin = names_.Origin(expression);
  if (IsNamedBuiltin(origin)) return MakeValue(ValueKind::kNamed, origin);
  if (origin == "math.inf" || origin == "numpy.inf") return MakeValue(ValueKind::kScalar, "inf");
  if (origin == "math.nan" || origin == "numpy.nan") return MakeValue(ValueKind::kScalar, "nan");
  if (origin == "math.pi") return MakeValue(ValueKind::kScalar, "3.141592653589793");
  if (origin == "math.e") return MakeValue(ValueKind::kScalar, "2.718281828459045");
  return Value();
}

Value Evaluator::EvaluateUnary(Node expression, int depth) const {
  const std::string_view text = TextOf(expression);
  Value value = Evaluate(expression[Field::kArgument], depth + 1);
  const bool number = value.kind == ValueKind::kInteger ||
                      (value.kind == ValueKind::kScalar && value.text != "True" && value.text != "False");
  if (!number || (text[0] != '-' && text[0] != '+')) return Value();
  if (text[0] == '+' || value.text == "nan" || (value.kind == ValueKind::kInteger && value.text == "0")) return value;
  if (value.text[0] == '-') {
    value.text.erase(0, 1);
  } else {
    value.text.insert(0, "-");
  }
  return value;
}

Value Evaluator::EvaluateBinary(Node expression, int depth) const {
  const Node sign_node = expression[Field::kOperator];
  if (sign_node.is_null()) return Value();
  const std::string_view sign = TextOf(sign_node);
  Value left = Evaluate(expression[Field::kLeft], depth + 1);
  Value right = Evaluate(expression[Field::kRight], depth + 1);
  if (left.kind == ValueKind::kInteger && right.kind == ValueKind::kInteger) {
    const std::optional<int64_t> a = Number(left);
    const std::optional<int64_t> b = Number(right);
    const std::optional<int64_t> result = a && b ? Calculate(sign, *a, *b) : std::nullopt;
    return result ? MakeValue(ValueKind::kInteger, std::to_string(*result)) : Value();
  }
  const bool text = left.kind == ValueKind::kString || left.kind == ValueKind::kBytes;
  // A list and a tuple can't be added.
  const bool sequences = left.kind == ValueKind::kSequence && left.text == right.text;
  if (sign == "+" && left.kind == right.kind && (text || sequences)) {
    if (text) left.text += right.text;
    std::move(right.items.begin(), right.items.end(), std::back_inserter(left.items));
    return left;
  }
  if (sign == "*") {
    if (right.kind != ValueKind::kInteger) std::swap(left, right);
    const std::optional<int64_t> times = Number(right);
    const bool sequence = left.kind == ValueKind::kSequence;
    if (!times || (!sequence && left.kind != ValueKind::kString && left.kind != ValueKind::kBytes)) return Value();
    const size_t size = sequence ? left.items.size() : left.text.size();
    if (*times > 0 && size > kMaxElements / static_cast<size_t>(*times)) return Value();
    Value result = MakeValue(left.kind, sequence ? left.text : "");
    for (int64_t i = 0; i < *times; ++i) {
      if (!sequence) result.text += left.text;
      for (const Value& item : left.items) result.items.push_back(Copy(item));
    }
    return result;
  }
  return Value();
}

Value Evaluator::EvaluateParam(Node arguments, int depth) const {
  Value value = MakeValue(ValueKind::kParameterSet);
  bool known = true;
  ForEachChild(arguments, [&](Node argument) {
    if (argument.kind() == Kind::kListSplat || argument.kind() == Kind::kDictionarySplat) {
      known = false;
    } else if (argument.kind() != Kind::kKeywordArgument) {
      value.items.push_back(Evaluate(argument, depth + 1));
    } else if (TextOf(argument[Field::kName]) == "marks") {
      value.marked = true;
    } else if (TextOf(argument[Field::kName]) == "id") {
      value.id = std::make_unique<Value>(Evaluate(argument[Field::kValue], depth + 1));
      if (value.id->kind == ValueKind::kNone) value.id = nullptr;
    }
    return known;
  });
  return known ? std::move(value) : Value();
}

Value Evaluator::EvaluateCall(Node call, int depth) const {
  const Node function = call[Field::kFunction];
  const Node arguments = call[Field::kArguments];
  if (function.is(Kind::kIdentifier) && names_.MakesPlainInstance(TextOf(function)))
    return MakeValue(ValueKind::kObject);
  const std::string origin = names_.Origin(function);
  if (origin.empty()) return Value();
  if (origin == "pytest.param") return EvaluateParam(arguments, depth);
  if (origin == "list" || origin == "tuple") {
    Value value = MakeValue(ValueKind::kSequence, origin);
    const Node source = arguments.FirstNamedChild();
    if (source.is_null()) return value;
    std::optional<std::vector<Value>> elements = Elements(source, depth + 1);
    if (!elements.has_value()) return MakeValue(ValueKind::kObject);
    value.items = *std::move(elements);
    return value;
  }
  if (origin == "re.compile" || origin == "float") {
    const Value first = Evaluate(arguments.FirstNamedChild(), depth + 1);
    if (origin == "re.compile") {
      return first.kind == ValueKind::kString ? MakeValue(ValueKind::kPattern, first.text) : Value();
    }
    if (first.kind == ValueKind::kString && (first.text == "inf" || first.text == "-inf" || first.text == "nan")) {
      return MakeValue(ValueKind::kScalar, first.text);
    }
    return Value();
  }
  if (MakesObject(origin)) return MakeValue(ValueKind::kObject);
  return Value();
}

std::optional<std::vector<Value>> Evaluator::Range(Node arguments, int depth) const {
  std::vector<int64_t> bounds;
  bool known = true;
  ForEachChild(arguments, [&](Node argument) {
    const std::optional<int64_t> bound = Number(Evaluate(argument, depth + 1));
    known = known && bound.has_value();
    if (known) bounds.push_back(*bound);
  });
  if (!known || bounds.empty() || bounds.size() > 3) return std::nullopt;
  const int64_t start = bounds.size() == 1 ? 0 : bounds[0];
  const int64_t stop = bounds.size() == 1 ? bounds[0] : bounds[1];
  const int64_t step = bounds.size() == 3 ? bounds[2] : 1;
  // Far from overflow, and no endless list.
  constexpr int64_t kFar = int64_t{1} << 40;
  if (step == 0 || std::max({std::abs(start), std::abs(stop), std::abs(step)}) > kFar) return std::nullopt;
  std::vector<Value> values;
  for (int64_t i = start; step > 0 ? i < stop : i > stop; i += step) {
    if (values.size() >= kMaxElements) return std::nullopt;
    values.push_back(MakeValue(ValueKind::kInteger, std::to_string(i)));
  }
  return values;
}

std::optional<std::vector<Value>> Evaluator::Elements(Node expression, int depth) const {
  if (expression.is_null() || depth > kMaxDepth) return std::nullopt;
  switch (expression.kind()) {
    case Kind::kParenthesized:
      return Elements(expression.FirstNamedChild(), depth + 1);
    case Kind::kIdentifier:
      return Elements(names_.Constant(TextOf(expression)), depth + 1);
    case Kind::kDictionary: {
      // Its keys. Equal ones would be one, so only different texts are taken.
      std::vector<Value> keys;
      bool known = true;
      ForEachChild(expression, [&](Node pair) {
        known = known && pair.kind() == Kind::kPair;
        if (!known) return false;
        keys.push_back(Evaluate(pair[Field::kKey], depth + 1));
        known = keys.back().kind == ValueKind::kString;
        for (size_t i = 0; known && i + 1 < keys.size(); ++i) known = keys[i].text != keys.back().text;
        return known && keys.size() < 1000;
      });
      return known ? std::optional(std::move(keys)) : std::nullopt;
    }
    case Kind::kCall:
      if (names_.Origin(expression[Field::kFunction]) == "range") return Range(expression[Field::kArguments], depth);
      [[fallthrough]];
    default: {
      Value value = Evaluate(expression, depth + 1);
      if (value.kind != ValueKind::kSequence || value.items.size() > kMaxElements) return std::nullopt;
      return std::move(value.items);
    }
  }
}

int Evaluator::EstimateLength(Node expression, int depth) const {
  if (expression.is_null() || depth > kMaxDepth) return 1;
  int length = 0;
  switch (expression.kind()) {
    case Kind::kParenthesized:
      return EstimateLength(expression.FirstNamedChild(), depth + 1);
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kSet:
    case Kind::kDictionary:
      ForEachChild(expression, [&length](Node) { ++length; });
      return std::max(1, length);
    case Kind::kBinaryOperator:
      return EstimateLength(expression[Field::kLeft], depth + 1) + EstimateLength(expression[Field::kRight], depth + 1);
    default:
      const std::optional<std::vector<Value>> elements = Elements(expression, depth + 1);
      return elements.has_value() ? std::max<int>(1, static_cast<int>(elements->size())) : 1;
  }
}

}  // namespace fastest::discovery
