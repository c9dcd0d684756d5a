#include "coordinator/discovery/facts/binding_kind.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/match.h"

namespace fastest::discovery {
namespace {

// Nobody nests an expression deeper.
constexpr int kMaxDepth = 120;

// Calls whose results are known to be no functions and no classes.
constexpr std::string_view kValueMakers[] = {
    "bool",       "bytes", "dict", "float",     "frozenset", "int",        "len",          "list",
    "max",        "min",   "open", "os.getcwd", "os.getenv", "os.listdir", "pathlib.Path", "range",
    "re.compile", "repr",  "set",  "sorted",    "str",       "sum",        "tuple"};

BindingKind KindOf(Node value, const NameLookup& names, const Evaluator& evaluator, int depth) {
  if (value.is_null() || depth >= kMaxDepth) return BindingKind::kUnknown;
  switch (value.kind()) {
    case Kind::kComparisonOperator:
    case Kind::kConcatenatedString:
    case Kind::kDictionary:
    case Kind::kDictionaryComprehension:
    case Kind::kEllipsis:
    case Kind::kExpressionList:
    case Kind::kFalse:
    case Kind::kFloat:
    case Kind::kInteger:
    case Kind::kList:
    case Kind::kListComprehension:
    case Kind::kNone:
    case Kind::kNotOperator:
    case Kind::kSet:
    case Kind::kSetComprehension:
    case Kind::kString:
    case Kind::kTrue:
    case Kind::kTuple:
      return BindingKind::kValue;
    case Kind::kParenthesized:
      return KindOf(value.FirstNamedChild(), names, evaluator, depth + 1);
    case Kind::kBinaryOperator: {
      const Node left = value[Field::kLeft];
      const Node right = value[Field::kRight];
      const bool known = KindOf(left, names, evaluator, depth + 1) == BindingKind::kValue ||
                         KindOf(right, names, evaluator, depth + 1) == BindingKind::kValue;
      return known ? BindingKind::kValue : BindingKind::kUnknown;
    }
    case Kind::kCall: {
      const std::string origin = names.Origin(value[Field::kFunction]);
      const bool known = std::binary_search(std::begin(kValueMakers), std::end(kValueMakers), origin) ||
                         absl::StartsWith(origin, "os.path.");
      return known ? BindingKind::kValue : BindingKind::kUnknown;
    }
    default:
      return evaluator.Evaluate(value).kind == ValueKind::kScalar ? BindingKind::kValue : BindingKind::kUnknown;
  }
}

}  // namespace

BindingKind KindOfValue(Node value, const NameLookup& names, const Evaluator& evaluator) {
  return KindOf(value, names, evaluator, 0);
}

}  // namespace fastest::discovery
