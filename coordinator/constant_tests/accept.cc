#include "coordinator/constant_tests/accept.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/constant_tests/functions.h"

namespace fastest::constant_tests {
namespace {

using discovery::Field;
using discovery::ForEachChild;
using discovery::Kind;
using discovery::Node;
using discovery::Point;

// Far less than any Python can read, and far more than anybody writes.
constexpr int kMostDepth = 40;
constexpr size_t kMostBytes = 1 << 20;

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

// abseil has these only for its own string_view, which is another type here.
bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}
bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool IsWordPart(char character) { return absl::ascii_isalnum(character) || character == '_'; }

// Reads a module, and notes the first thing that is not accepted.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Accepted Read(Node module) {
    if (const std::string_view odd = OddText(); !odd.empty()) {
      Refuse(odd);
    } else {
      ReadBlock(module, /*column=*/0, [this](Node statement) { ReadDefinition(statement); });
    }
    if (!why_not_.empty()) accepted_.tests.clear();
    accepted_.why_not = why_not_;
    return std::move(accepted_);
  }

 private:
  std::string_view TextOf(Node node) const { return text_.substr(node.start(), node.end() - node.start()); }

  void Refuse(std::string_view why) {
    if (why_not_.empty()) why_not_ = std::string(why);
  }
  // Whether everything so far is accepted.
  bool Require(bool condition, std::string_view why) {
    if (!condition) Refuse(why);
    return why_not_.empty();
  }

  // What makes the text as a whole too odd to read; empty if nothing does.
  std::string_view OddText() const {
    if (text_.size() > kMostBytes) return "it is very long";
    for (const char character : text_) {
      if (character != '\n' && (character < ' ' || character > '~')) return "it is not plain ASCII, or has tabs";
    }
    if (Contains(text_, "\\\n")) return "it has a line that is continued by a backslash";
    const size_t first = std::min(text_.find('\n'), text_.size());
    const size_t second = std::min(text_.find('\n', std::min(first + 1, text_.size())), text_.size());
    if (Contains(text_.substr(0, second), "coding")) return "it names its encoding";
    return "";
  }

  // Reads the statements of a block. Each must begin a line, in this column. The first may be a docstring.
  template <typename ReadStatement>
  void ReadBlock(Node block, uint32_t column, ReadStatement read) {
    bool is_first = true;
    int64_t last_line = -1;
    ForEachChild(block, [&](Node statement) {
      const Point begin = statement.start_point();
      if (!Require(begin.column == column && begin.row > last_line, "its lines are laid out oddly")) return false;
      last_line = statement.end_point().row;
      // A block may end at the beginning of the next line.
      if (statement.end_point().column == 0) --last_line;
      if (!(is_first && IsDocstring(statement))) read(statement);
      is_first = false;
      return why_not_.empty();
    });
  }

  bool IsDocstring(Node statement) const {
    if (!statement.is(Kind::kExpressionStatement) || statement.NamedChildCount() != 1) return false;
    const Node string = statement.FirstNamedChild();
    if (!string.is(Kind::kString)) return false;
    const std::string_view literal = TextOf(string);
    if (TextOf(statement) != literal || Contains(literal, "\\")) return false;
    return StartsWith(literal, "\"\"\"") || StartsWith(literal, "'''") || IsString(string);
  }

  void ReadDefinition(Node statement) {
    if (statement.is(Kind::kFunctionDefinition)) {
      ReadFunction(statement, "", 0);
    } else if (statement.is(Kind::kClassDefinition)) {
      ReadClass(statement);
    } else {
      Refuse("it does more than define tests");
    }
  }

  // The head of a definition, without blanks: "classTestA:". Empty if the head has several lines, or a comment.
  std::string HeadOf(Node definition, Node body) const {
    std::string head;
    for (const char character : Stripped(text_.substr(definition.start(), body.start() - definition.start()))) {
      if (character == '#' || character == '\n') return "";
      if (character != ' ') head += character;
    }
    return head;
  }

  // Whether the body stands below the head and further to the right.
  bool IsBelow(Node body, Node definition) {
    const Point begin = body.start_point();
    return Require(begin.row > definition.start_point().row && begin.column > definition.start_point().column,
                   "its lines are laid out oddly");
  }

  void ReadClass(Node definition) {
    const Node body = definition[Field::kBody];
    const std::string_view name = TextOf(definition[Field::kName]);
    const std::string head = HeadOf(definition, body);
    if (!Require(StartsWith(name, "Test") && head == absl::StrCat("class", std::string(name), ":"),
                 "it has a class that is no plain class of tests")) {
      return;
    }
    if (!Require(names_.insert(std::string(name)).second, "a name is defined twice") || !IsBelow(body, definition))
      return;
    ReadBlock(body, body.start_point().column, [&](Node statement) {
      if (Require(statement.is(Kind::kFunctionDefinition), "it has a class with more than tests")) {
        ReadFunction(statement, absl::StrCat(std::string(name), "::"), 1);
      }
    });
  }

  void ReadFunction(Node definition, const std::string& prefix, size_t parameters) {
    const Node body = definition[Field::kBody];
    const std::string name(TextOf(definition[Field::kName]));
    std::string head = HeadOf(definition, body);
    if (EndsWith(head, "->None:")) head.replace(head.size() - 7, 7, ":");
    const std::string expected = absl::StrCat("def", name, parameters == 0 ? "():" : "(self):");
    if (!Require(StartsWith(name, "test") && head == expected, "it has a function that is no plain test")) return;
    if (!Require(names_.insert(prefix + name).second, "a name is defined twice") || !IsBelow(body, definition)) return;
    TestFunction& test = accepted_.tests.emplace_back();
    test.name = prefix + name;
    test.line = static_cast<int>(definition.start_point().row);
    ReadBlock(body, body.start_point().column, [&](Node statement) {
      ReadStatement(statement);
      test.statements.push_back(statement);
    });
  }

  // A line break ends a statement, except within brackets. tree-sitter reads past other line breaks, too.
  bool IsOneLine(Node statement) const {
    int brackets = 0;
    char quote = 0;
    for (uint32_t i = statement.start(); i < statement.end(); ++i) {
      const char character = text_[i];
      if (character == '\n' && (quote != 0 || brackets == 0)) return false;
      if (quote != 0) {
        if (character == '\\') ++i;
        if (character == quote) quote = 0;
      } else if (character == '"' || character == '\'') {
        quote = character;
      } else if (character == '#') {
        i = static_cast<uint32_t>(std::min(text_.find('\n', i), size_t{statement.end()})) - 1;
      } else if (Contains("([{", text_.substr(i, 1))) {
        ++brackets;
      } else if (Contains(")]}", text_.substr(i, 1))) {
        --brackets;
      }
    }
    return true;
  }

  void ReadStatement(Node statement) {
    if (!Require(IsOneLine(statement), "its lines are laid out oddly")) return;
    switch (statement.kind()) {
      case Kind::kPassStatement:
        return;
      case Kind::kAssertStatement:
        return ReadAssert(statement);
      case Kind::kExpressionStatement: {
        const Node expression = statement.FirstNamedChild();
        if (TextOf(statement) == TextOf(expression)) {
          if (expression.is(Kind::kAssignment) || expression.is(Kind::kAugmentedAssignment)) {
            return ReadAssignment(expression);
          }
        }
        break;
      }
      default:
        break;
    }
    Refuse("a test does more than assign and assert");
  }

  void ReadAssert(Node statement) {
    int count = 0;
    ForEachChild(statement, [&](Node expression) {
      // Python and pytest warn if a tuple is asserted.
      Node bare = expression;
      while (bare.is(Kind::kParenthesized)) bare = OnlyPart(bare);
      Require(++count <= 2 && !(count == 1 && bare.is(Kind::kTuple)), "an assertion is written oddly");
      ReadExpression(expression, kConditional, 0);
    });
    Require(count > 0 && TextOf(statement).back() != ',', "an assertion is written oddly");
  }

  void ReadAssignment(Node assignment) {
    const Node target = assignment[Field::kLeft];
    const Node value = assignment[Field::kRight];
    if (!Require(target.is(Kind::kIdentifier) && !value.is_null(), "a test assigns to more than a name")) return;
    const std::string_view name = TextOf(target);
    Require(IsName(name) && !IsFunction(name), "a test assigns to a name that means something else");
    const std::string_view operation = Stripped(text_.substr(target.end(), value.start() - target.end()));
    const bool is_plain = assignment.is(Kind::kAssignment) && operation == "=";
    const bool is_augmented = assignment.is(Kind::kAugmentedAssignment) && operation.size() >= 2 &&
                              operation.back() == '=' && RankOfOperator(operation.substr(0, operation.size() - 1)) >= 0;
    if (Require(is_plain || is_augmented, "a test assigns in an odd way")) ReadExpression(value, kConditional, 0);
  }

  static std::string_view Stripped(std::string_view text) {
    const size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
  }

  bool IsName(std::string_view name) const {
    if (name.empty() || absl::ascii_isdigit(name[0]) || !std::all_of(name.begin(), name.end(), IsWordPart))
      return false;
    return !StartsWith(name, "__") &&
           std::find(std::begin(kKeywords), std::end(kKeywords), name) == std::end(kKeywords);
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

  // Whether there is one comma between any two items, and at most one behind the last. tree-sitter also reads "{,}".
  static bool HasPlainCommas(Node list) {
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
        return IsString(expression) ? kPrimary : -1;
      case Kind::kConcatenatedString: {
        bool all = true;
        ForEachChild(expression, [&](Node string) { all = all && string.is(Kind::kString) && IsString(string); });
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

  static int CountOf(Node parent) {
    int count = 0;
    ForEachChild(parent, [&](Node) { ++count; });
    return count;
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

  // Whether the literal has one line, no prefix, and only escapes that all versions of Python know.
  bool IsString(Node literal) const {
    const std::string_view text = TextOf(literal);
    const char before = literal.start() > 0 ? text_[literal.start() - 1] : '\n';
    if (text.size() < 2 || (text[0] != '"' && text[0] != '\'') || text.back() != text[0] || IsWordPart(before))
      return false;
    if (literal.end() < text_.size() && (IsWordPart(text_[literal.end()]) || text_[literal.end()] == text[0]))
      return false;
    const std::string_view inner = text.substr(1, text.size() - 2);
    for (size_t i = 0; i < inner.size(); ++i) {
      if (inner[i] == text[0] || inner[i] == '\n') return false;
      if (inner[i] != '\\') continue;
      if (++i == inner.size() || !Contains("nrt\\'\"", inner.substr(i, 1))) return false;
    }
    return true;
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
  Accepted accepted_;
  std::string why_not_;
  // The names of functions and classes so far.
  std::set<std::string> names_;
};

}  // namespace

Node OnlyPart(Node parenthesized) {
  Node part;
  ForEachChild(parenthesized, [&](Node child) { part = child; });
  return part;
}

Accepted Accept(std::string_view text, Node module) { return Reader(text).Read(module); }

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
