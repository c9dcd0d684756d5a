// Values of expressions, as Python computes them.
#include "coordinator/discovery/facts/evaluator.h"

#include <map>
#include <string>

#include "coordinator/discovery/facts/name_lookup.h"
#include "coordinator/discovery/text/syntax.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

// Every name is what it looks like: an import of that name, or a builtin.
class PlainNames final : public NameLookup {
 public:
  explicit PlainNames(std::string_view text) : text_(text) {}

  std::string Origin(Node expression) const override {
    const std::string name(text_.substr(expression.start(), expression.end() - expression.start()));
    return name.rfind("local", 0) == 0 ? "" : name;
  }
  Node Constant(std::string_view name) const override {
    const auto found = constants.find(std::string(name));
    return found == constants.end() ? Node() : found->second;
  }
  std::string LocalName(std::string_view name) const override { return name == "local_class" ? "LocalClass" : ""; }
  bool MakesPlainInstance(std::string_view name) const override { return name == "local_class"; }

  std::map<std::string, Node> constants;

 private:
  std::string_view text_;
};

// As text: "1", "'a'", "[1, 2]", "?" for what is not known, "object".
std::string Shown(const Value& value) {
  switch (value.kind) {
    case ValueKind::kUnknown:
      return "?";
    case ValueKind::kString:
      return "'" + value.text + "'";
    case ValueKind::kBytes:
      return "b'" + value.text + "'";
    case ValueKind::kPattern:
      return "/" + value.text + "/";
    case ValueKind::kObject:
      return "object";
    case ValueKind::kNamed:
      return "<" + value.text + ">";
    case ValueKind::kInteger:
    case ValueKind::kScalar:
    case ValueKind::kNone:
      return value.text;
    case ValueKind::kSequence:
    case ValueKind::kParameterSet:
      break;
  }
  std::string text = value.kind == ValueKind::kParameterSet ? "param(" : "[";
  for (const Value& item : value.items) text += (&item == &value.items.front() ? "" : ", ") + Shown(item);
  if (value.id != nullptr) text += ", id=" + Shown(*value.id);
  if (value.marked) text += ", marked";
  return text + (value.kind == ValueKind::kParameterSet ? ")" : "]");
}

// Of a text that is one expression.
Node ExpressionIn(SyntaxParser& parser, std::string_view text) {
  return parser.Parse(text).FirstNamedChild().FirstNamedChild();
}

std::string ValueOf(const std::string& text) {
  SyntaxParser parser;
  const PlainNames names(text);
  return Shown(Evaluator(text, names).Evaluate(ExpressionIn(parser, text)));
}

TEST(Evaluate, Literals) {
  EXPECT_EQ(ValueOf("1"), "1");
  EXPECT_EQ(ValueOf("'a' 'b'"), "'ab'");
  EXPECT_EQ(ValueOf("'a' b'b'"), "?");
  EXPECT_EQ(ValueOf("None"), "None");
  EXPECT_EQ(ValueOf("True"), "True");
  EXPECT_EQ(ValueOf("(1, ['a', 2.5])"), "[1, ['a', 2.5]]");
  EXPECT_EQ(ValueOf("((1))"), "1");
  EXPECT_EQ(ValueOf("{1: 2}"), "object");
  EXPECT_EQ(ValueOf("{1, 2}"), "object");
  EXPECT_EQ(ValueOf("[*x, 1]"), "object");
  EXPECT_EQ(ValueOf("..."), "object");
}

TEST(Evaluate, Arithmetic) {
  EXPECT_EQ(ValueOf("-1"), "-1");
  EXPECT_EQ(ValueOf("- -1"), "1");
  EXPECT_EQ(ValueOf("-0"), "0");
  EXPECT_EQ(ValueOf("-0.0"), "-0.0");
  EXPECT_EQ(ValueOf("+1"), "1");
  EXPECT_EQ(ValueOf("1 + 2 * 3"), "7");
  EXPECT_EQ(ValueOf("2 ** 62"), "4611686018427387904");
  EXPECT_EQ(ValueOf("2 ** 64"), "?");
  EXPECT_EQ(ValueOf("2 ** -1"), "?");
  EXPECT_EQ(ValueOf("1 << 10"), "1024");
  EXPECT_EQ(ValueOf("1 << -1"), "?");
  EXPECT_EQ(ValueOf("9223372036854775807 + 1"), "?");
  EXPECT_EQ(ValueOf("1 / 2"), "?");
  EXPECT_EQ(ValueOf("1.5 + 1"), "?");
  EXPECT_EQ(ValueOf("~1"), "?");
  // -True is an int.
  EXPECT_EQ(ValueOf("-True"), "?");
  EXPECT_EQ(ValueOf("-float('nan')"), "nan");
  EXPECT_EQ(ValueOf("-float('inf')"), "-inf");
  EXPECT_EQ(ValueOf("-float('-inf')"), "inf");
}

TEST(Evaluate, SumsAndProductsOfSequences) {
  EXPECT_EQ(ValueOf("'a' + 'b'"), "'ab'");
  EXPECT_EQ(ValueOf("'ab' * 3"), "'ababab'");
  EXPECT_EQ(ValueOf("2 * [1]"), "[1, 1]");
  EXPECT_EQ(ValueOf("[1] + [2]"), "[1, 2]");
  EXPECT_EQ(ValueOf("[1] * -1"), "[]");
  EXPECT_EQ(ValueOf("'a' + 1"), "?");
  EXPECT_EQ(ValueOf("'a' * 1000000"), "?");
  EXPECT_EQ(ValueOf("'a' - 'b'"), "?");
  EXPECT_EQ(ValueOf("'%d' % 1"), "?");
  // A list and a tuple can't be added.
  EXPECT_EQ(ValueOf("[1] + (2,)"), "?");
}

TEST(Evaluate, NamesAndCalls) {
  EXPECT_EQ(ValueOf("int"), "<int>");
  EXPECT_EQ(ValueOf("ValueError"), "<ValueError>");
  // __name__ of an alias is another.
  EXPECT_EQ(ValueOf("IOError"), "?");
  EXPECT_EQ(ValueOf("local_class"), "<LocalClass>");
  EXPECT_EQ(ValueOf("local_class()"), "object");
  EXPECT_EQ(ValueOf("local_other"), "?");
  EXPECT_EQ(ValueOf("lambda: 0"), "<<lambda>>");
  EXPECT_EQ(ValueOf("math.pi"), "3.141592653589793");
  EXPECT_EQ(ValueOf("re.compile('a+')"), "/a+/");
  EXPECT_EQ(ValueOf("re.compile(x)"), "?");
  EXPECT_EQ(ValueOf("set([1])"), "object");
  EXPECT_EQ(ValueOf("list((1, 2))"), "[1, 2]");
  EXPECT_EQ(ValueOf("tuple(range(2))"), "[0, 1]");
  EXPECT_EQ(ValueOf("list()"), "[]");
  EXPECT_EQ(ValueOf("str(1)"), "?");
  EXPECT_EQ(ValueOf("helper(1)"), "?");
  EXPECT_EQ(ValueOf("x if y else z"), "?");
}

TEST(Evaluate, Param) {
  EXPECT_EQ(ValueOf("pytest.param(1, 'a')"), "param(1, 'a')");
  EXPECT_EQ(ValueOf("pytest.param(1, id='one', marks=x)"), "param(1, id='one', marked)");
  EXPECT_EQ(ValueOf("pytest.param(1, id=None)"), "param(1)");
  EXPECT_EQ(ValueOf("pytest.param(1, id=local_x)"), "param(1, id=?)");
  EXPECT_EQ(ValueOf("pytest.param(*x)"), "?");
}

std::string ElementsOf(const std::string& text) {
  SyntaxParser parser;
  const PlainNames names(text);
  const auto elements = Evaluator(text, names).Elements(ExpressionIn(parser, text));
  if (!elements.has_value()) return "?";
  std::string shown;
  for (const Value& element : *elements) shown += Shown(element) + " ";
  return shown;
}

TEST(Elements, OfWhatCanBeIterated) {
  EXPECT_EQ(ElementsOf("[1, 'a']"), "1 'a' ");
  EXPECT_EQ(ElementsOf("range(3)"), "0 1 2 ");
  EXPECT_EQ(ElementsOf("range(1, 8, 3)"), "1 4 7 ");
  EXPECT_EQ(ElementsOf("range(3, 0, -1)"), "3 2 1 ");
  EXPECT_EQ(ElementsOf("range(5, 1)"), "");
  EXPECT_EQ(ElementsOf("range(1, 2, 0)"), "?");
  EXPECT_EQ(ElementsOf("range(10 ** 9)"), "?");
  EXPECT_EQ(ElementsOf("{'a': 1, 'b': 2}"), "'a' 'b' ");
  // Equal keys are one.
  EXPECT_EQ(ElementsOf("{'a': 1, 'a': 2}"), "?");
  EXPECT_EQ(ElementsOf("{**x}"), "?");
  // In no certain order.
  EXPECT_EQ(ElementsOf("{1, 2}"), "?");
  EXPECT_EQ(ElementsOf("f()"), "?");
}

TEST(EstimateLength, CountsWhatIsThere) {
  const auto estimate = [](const std::string& text) {
    SyntaxParser parser;
    const PlainNames names(text);
    return Evaluator(text, names).EstimateLength(ExpressionIn(parser, text));
  };
  EXPECT_EQ(estimate("[f(), g(), *h()]"), 3);
  EXPECT_EQ(estimate("[f()] + [g(), h()]"), 3);
  EXPECT_EQ(estimate("{1: f(), 2: g()}"), 2);
  EXPECT_EQ(estimate("f()"), 1);
  EXPECT_EQ(estimate("[]"), 1);
}

// A chain of names ends, however they refer to each other.
TEST(Evaluate, CirclesEnd) {
  const std::string text = "circle";
  SyntaxParser parser;
  PlainNames names(text);
  const Node circle = ExpressionIn(parser, text);
  names.constants["circle"] = circle;
  EXPECT_EQ(Shown(Evaluator(text, names).Evaluate(circle)), "?");
  EXPECT_FALSE(Evaluator(text, names).Elements(circle).has_value());
  EXPECT_EQ(ValueOf(std::string(2000, '(') + "1" + std::string(2000, ')')), "?");
}

}  // namespace
}  // namespace fastest::discovery
