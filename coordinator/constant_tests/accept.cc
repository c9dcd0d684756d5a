#include "coordinator/constant_tests/accept.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/constant_tests/accept_expression.h"
#include "coordinator/constant_tests/functions.h"
#include "coordinator/constant_tests/text_match.h"

namespace fastest::constant_tests {
namespace {

using discovery::Field;
using discovery::ForEachChild;
using discovery::Kind;
using discovery::Node;
using discovery::Point;

// Far less than any Python can read, and far more than anybody writes.
constexpr size_t kMostBytes = 1 << 20;

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
    return StartsWith(literal, "\"\"\"") || StartsWith(literal, "'''") || IsString(text_, string);
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
      ReadExpression(expression);
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
                              operation.back() == '=' && IsBinaryOperator(operation.substr(0, operation.size() - 1));
    if (Require(is_plain || is_augmented, "a test assigns in an odd way")) ReadExpression(value);
  }

  void ReadExpression(Node expression) {
    if (const std::string why = WhyNotExpression(text_, expression); !why.empty()) Refuse(why);
  }

  const std::string_view text_;
  Accepted accepted_;
  std::string why_not_;
  // The names of functions and classes so far.
  std::set<std::string> names_;
};

}  // namespace

Accepted Accept(std::string_view text, Node module) { return Reader(text).Read(module); }

}  // namespace fastest::constant_tests
