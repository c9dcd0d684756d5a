#include "coordinator/constant_tests/accept_expression.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/constant_tests/functions.h"
#include "coordinator/constant_tests/text_match.h"

namespace fastest::constant_tests {
namespace {

using discovery::Field;
using discovery::ForEachChild;
using discovery::Kind;
using discovery::Node;

// Far less than any Python can read, and far more than anybody writes.
constexpr int kMostDepth = 40;

// Hard keywords of Python 3.
constexpr std::string_view kKeywords[] = {"False",  "None",   "True",    "and",      "as",       "assert", "async",
                                          "await",  "break",  "class",   "continue", "def",      "del",    "elif",
                                          "else",   "except", "finally", "for",      "from",     "global", "if",
                                          "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
                                          "pass",   "raise",  "return",  "try",      "while",    "with",   "yield"};

// How tightly an expression binds. An operand must bind at least as tightly as its place needs.
enum Rank : int {
  kConditional,
  kOr,
  kAnd,
  kNot,
  kComparison,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kSum,
  kProduct,
  kUnary,
  kPower,
  kPrimary
};

int RankOfOperator(std::string_view operation) {
  if (operation == "|") return kBitOr;
  if (operation == "^") return kBitXor;
  if (operation == "&") return kBitAnd;
  if (operation == "<<" || operation == ">>") return kShift;
  if (operation == "+" || operation == "-") return kSum;
  if (operation == "*" || operation == "/" || operation == "//" || operation == "%") return kProduct;
  return operation == "**" ? kPower : -1;
}

// Whether there is one comma between any two items, and at most one behind the last. tree-sitter also reads "{,}".
bool HasPlainCommas(Node list) {
  const uint32_t count = list.ChildCount();
  bool after_item = false;
  for (uint32_t i = 1; i + 1 < count; ++i) {
    const Node child = list.Child(i);
    if (child.is(Kind::kComment)) continue;
    if (child.is_named() == after_item) return false;
    after_item = !after_item;
  }
  return true;
}

int CountOf(Node parent) {
  int count = 0;
  ForEachChild(parent, [&](Node) { ++count; });
  return count;
}

// Reads an expression, and notes the first thing that is not accepted.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string WhyNot(Node expression) {
    ReadExpression(expression, kConditional, 0);
    return std::move(why_not_);
  }

 private:
  std::string_view TextOf(Node node) const { return text_.substr(node.start(), node.end() - node.start()); }

  // Whether everything so far is accepted.
  bool Require(bool condition, std::string_view why) {
    if (!condition && why_not_.empty()) why_not_ = std::string(why);
    return why_not_.empty();
  }

  // Reads an expression. Its place needs one that binds at least as tightly as `least`.
  void ReadExpression(Node expression, int least, int depth) {
    if (!Require(!expression.is_null() && depth < kMostDepth, "an expression is nested too deeply")) return;
    const int rank = ReadOperation(expression, depth + 1);
    Require(rank >= least, "an expression is written oddly");
  }

  void ReadChildren(Node parent, int depth) {
    ForEachChild(parent, [&](Node child) { ReadExpression(child, kConditional, depth); });
  }

  // The expression's rank; -1 if it is not accepted.
  int ReadOperation(Node expression, int depth) {
    switch (expression.kind()) {
      case Kind::kConditionalExpression:
        return ReadConditional(expression, depth);
      case Kind::kBooleanOperator:
        return ReadBoolean(expression, depth);
      case Kind::kNotOperator:
        ReadExpression(expression[Field::kArgument], kNot, depth);
        return kNot;
      case Kind::kComparisonOperator:
        return ReadComparison(expression, depth);
      case Kind::kBinaryOperator:
        return ReadBinary(expression, depth);
      case Kind::kUnaryOperator:
        ReadExpression(expression[Field::kArgument], kUnary, depth);
        return kUnary;
      default:
        return ReadPrimary(expression, depth);
    }
  }

  int ReadConditional(Node expression, int depth) {
    int place = 0;
    ForEachChild(expression, [&](Node part) { ReadExpression(part, ++place < 3 ? kOr : kConditional, depth); });
    return place == 3 ? kConditional : -1;
  }

  int ReadBoolean(Node expression, int depth) {
    const int rank = TextOf(expression[Field::kOperator]) == "or" ? kOr : kAnd;
    ReadExpression(expression[Field::kLeft], rank, depth);
    ReadExpression(expression[Field::kRight], rank + 1, depth);
    return rank;
  }

  int ReadBinary(Node expression, int depth) {
    const int rank = RankOfOperator(TextOf(expression[Field::kOperator]));
    if (rank < 0) return -1;
    const bool is_power = rank == kPower;
    ReadExpression(expression[Field::kLeft], is_power ? kPrimary : rank, depth);
    ReadExpression(expression[Field::kRight], is_power ? kUnary : rank + 1, depth);
    return rank;
  }

  int ReadComparison(Node expression, int depth) {
    const std::vector<std::string_view> operators = ComparisonOperators(text_, expression);
    std::vector<Node> operands;
    ForEachChild(expression, [&](Node operand) {
      operands.push_back(operand);
      ReadExpression(operand, kBitOr, depth);
    });
    if (operators.empty() || operands.size() != operators.size() + 1) return -1;
    for (size_t i = 0; i < operators.size(); ++i) {
      if (!StartsWith(operators[i], "is")) continue;
      // Python warns of `is` with a literal, even if Python itself has computed the literal from constants. None, True
      // and False do not count as literals.
      const Node left = operands[i];
      const Node right = operands[i + 1];
      const bool is_with_single = right.is(Kind::kNone) || right.is(Kind::kTrue) || right.is(Kind::kFalse);
      if (!is_with_single || !(left.is(Kind::kIdentifier) || left.is(Kind::kCall))) return -1;
    }
    return kComparison;
  }

  int ReadPrimary(Node expression, int depth) {
    switch (expression.kind()) {
      case Kind::kTrue:
      case Kind::kFalse:
      case Kind::kNone:
        return kPrimary;
      case Kind::kIdentifier:
        return IsName(TextOf(expression)) ? kPrimary : -1;
      case Kind::kInteger:
      case Kind::kFloat:
        return IsNumber(expression) ? kPrimary : -1;
      case Kind::kString:
        return IsString(text_, expression) ? kPrimary : -1;
      case Kind::kConcatenatedString: {
        bool all = true;
        ForEachChild(expression,
                     [&](Node string) { all = all && string.is(Kind::kString) && IsString(text_, string); });
        return all ? kPrimary : -1;
      }
      case Kind::kParenthesized:
        if (CountOf(expression) != 1) return -1;
        ReadChildren(expression, depth);
        return kPrimary;
      case Kind::kTuple:
        // tree-sitter tells "(1)" and "()" from "(1,)" as Python does.
        [[fallthrough]];
      case Kind::kList:
      case Kind::kSet:
        if (!HasPlainCommas(expression)) return -1;
        ReadChildren(expression, depth);
        return kPrimary;
      case Kind::kDictionary:
        if (!HasPlainCommas(expression)) return -1;
        ForEachChild(expression, [&](Node pair) {
          if (!Require(pair.is(Kind::kPair), "a dictionary is written oddly")) return;
          ReadExpression(pair[Field::kKey], kConditional, depth);
          ReadExpression(pair[Field::kValue], kConditional, depth);
        });
        return kPrimary;
      case Kind::kSubscript:
        return ReadSubscript(expression, depth);
      case Kind::kCall:
        return ReadCall(expression, depth);
      default:
        return -1;
    }
  }

  // Whether nothing beside the literal could be a part of it. Python reads "1or 2", with a warning.
  bool StandsApart(Node literal) const {
    const char next = literal.end() < text_.size() ? text_[literal.end()] : '\n';
    const char before = literal.start() > 0 ? text_[literal.start() - 1] : '\n';
    return !IsWordPart(next) && next != '.' && next != '"' && next != '\'' && !IsWordPart(before) && before != '.';
  }

  bool IsNumber(Node literal) const {
    std::string_view text = TextOf(literal);
    if (!StandsApart(literal) || text.size() > 18) return false;
    const size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const auto digits = [](std::string_view part) {
      return !part.empty() && std::all_of(part.begin(), part.end(), absl::ascii_isdigit);
    };
    if (!digits(whole) || (whole.size() > 1 && whole[0] == '0')) return false;
    return point == std::string_view::npos || digits(text.substr(point + 1));
  }

  int ReadSubscript(Node expression, int depth) {
    const Node value = expression[Field::kValue];
    if (CountOf(expression) != 2) return -1;
    const Node index = expression[Field::kSubscript];
    ReadExpression(value, kPrimary, depth);
    if (index.is(Kind::kSlice)) {
      ReadChildren(index, depth);
    } else {
      ReadExpression(index, kConditional, depth);
    }
    // Python warns if a literal has no items, or if a sequence has an index that is no number. A comma would make the
    // index a tuple.
    const std::string_view after = Stripped(text_.substr(index.end(), expression.end() - index.end()));
    if (after != "]") return -1;
    Node whole = index;
    if (whole.is(Kind::kUnaryOperator)) whole = whole[Field::kArgument];
    const bool is_place = index.is(Kind::kSlice) || whole.is(Kind::kInteger);
    switch (value.kind()) {
      case Kind::kIdentifier:
      case Kind::kCall:
      case Kind::kSubscript:
      case Kind::kDictionary:
        return kPrimary;
      case Kind::kList:
      case Kind::kTuple:
      case Kind::kString:
        return is_place ? kPrimary : -1;
      default:
        return -1;
    }
  }

  int ReadCall(Node expression, int depth) {
    const Node function = expression[Field::kFunction];
    const Node arguments = expression[Field::kArguments];
    // A generator expression would stand in place of the arguments.
    if (!arguments.is(Kind::kArgumentList) || !HasPlainCommas(arguments)) return -1;
    if (function.is(Kind::kAttribute)) {
      const Node object = function[Field::kObject];
      if (object.is(Kind::kInteger) || object.is(Kind::kFloat)) return -1;
      ReadExpression(object, kPrimary, depth);
      if (!IsName(TextOf(function[Field::kAttribute]))) return -1;
    } else if (!function.is(Kind::kIdentifier) || !IsFunction(TextOf(function))) {
      return -1;
    }
    ReadChildren(arguments, depth);
    return kPrimary;
  }

  const std::string_view text_;
  std::string why_not_;
};

}  // namespace

std::string WhyNotExpression(std::string_view text, Node expression) { return Reader(text).WhyNot(expression); }

bool IsName(std::string_view name) {
  if (name.empty() || absl::ascii_isdigit(name[0]) || !std::all_of(name.begin(), name.end(), IsWordPart)) return false;
  return !StartsWith(name, "__") && std::find(std::begin(kKeywords), std::end(kKeywords), name) == std::end(kKeywords);
}

bool IsBinaryOperator(std::string_view operation) { return RankOfOperator(operation) >= 0; }

bool IsString(std::string_view module, Node literal) {
  const std::string_view text = module.substr(literal.start(), literal.end() - literal.start());
  const char before = literal.start() > 0 ? module[literal.start() - 1] : '\n';
  if (text.size() < 2 || (text[0] != '"' && text[0] != '\'') || text.back() != text[0] || IsWordPart(before))
    return false;
  if (literal.end() < module.size() && (IsWordPart(module[literal.end()]) || module[literal.end()] == text[0]))
    return false;
  const std::string_view inner = text.substr(1, text.size() - 2);
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == text[0] || inner[i] == '\n') return false;
    if (inner[i] != '\\') continue;
    if (++i == inner.size() || !Contains("nrt\\'\"", inner.substr(i, 1))) return false;
  }
  return true;
}

Node OnlyPart(Node parenthesized) {
  Node part;
  ForEachChild(parenthesized, [&](Node child) { part = child; });
  return part;
}

std::string TextOfString(std::string_view literal) {
  std::string text;
  for (size_t i = 1; i + 1 < literal.size(); ++i) {
    if (literal[i] != '\\') {
      text += literal[i];
      continue;
    }
    const char escaped = literal[++i];
    text += escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped == 't' ? '\t' : escaped;
  }
  return text;
}

std::vector<std::string_view> ComparisonOperators(std::string_view text, Node comparison) {
  // The tree has each operator in one piece or two.
  constexpr std::string_view kKnown[] = {"==", "!=", "<", "<=", ">", ">=", "in", "is", "not in", "is not"};
  std::vector<std::string_view> operators;
  std::string pending;
  const auto close = [&] {
    const auto known = std::find(std::begin(kKnown), std::end(kKnown), pending);
    if (known == std::end(kKnown)) return false;
    operators.push_back(*known);
    pending.clear();
    return true;
  };
  const uint32_t count = comparison.ChildCount();
  for (uint32_t i = 0; i < count; ++i) {
    const Node child = comparison.Child(i);
    if (child.is(Kind::kComment)) continue;
    if (child.is_named()) {
      if (i > 0 && !close()) return {};
      continue;
    }
    for (const auto word : absl::StrSplit(absl::string_view(text.data() + child.start(), child.end() - child.start()),
                                          absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
      absl::StrAppend(&pending, pending.empty() ? "" : " ", word);
    }
  }
  return operators;
}

}  // namespace fastest::constant_tests
