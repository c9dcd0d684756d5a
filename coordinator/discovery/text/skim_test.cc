#include "coordinator/discovery/text/skim.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Names(const Outline& outline) {
  std::vector<std::string> names;
  for (const SkimmedFunction& function : outline.functions) names.emplace_back(function.name);
  return names;
}

TEST(Skim, TakesFunctionsOutAndLeavesARowOfThemAsOneNumber) {
  const Outline outline =
      Skim("import os\n\ndef a():\n    x = 1\n\n    return x\ndef b(): pass\nX = 2\nasync def c():\n  pass\n");
  EXPECT_EQ(outline.error_line, 0);
  EXPECT_EQ(outline.text, "import os\n0\nX = 2\n0\n");
  EXPECT_THAT(Names(outline), ElementsAre("a", "b", "c"));
  ASSERT_EQ(outline.gaps.size(), 2u);
  EXPECT_EQ(outline.gaps[0].count, 2u);
  EXPECT_EQ(outline.functions[1].line, 7);
  EXPECT_TRUE(outline.functions[2].is_async);
}

TEST(Skim, KeepsDecoratorsClassesAndIndentation) {
  const Outline outline = Skim(
      "@dec(\n  1)\n# comment\ndef a(): pass\nclass A:\n\tdef b(self):\n\t\tpass\n\tX = 1\nif x:\n    def c(): "
      "pass\nelse:\n    pass\n");
  EXPECT_EQ(outline.text, "@dec(\n  1)\ndef _():0\nclass A:\n\t0\n\tX = 1\nif x:\n    0\nelse:\n    pass\n");
  EXPECT_THAT(Names(outline), ElementsAre("a", "b", "c"));
}

TEST(Skim, IsNotFooledByStringsBracketsAndComments) {
  const char* const source =
      "def a():\n"
      "    s = '''\n"
      "def no(): pass\n"
      "'''\n"
      "    t = (1,\n"
      "def_ := 2)\n"
      "    # def no2(\n"
      "    u = 'it\\'s' + r'\\\\' + \"#\" \\\n"
      "def no3\n"
      "def b(): pass\n";
  const Outline outline = Skim(source);
  EXPECT_EQ(outline.error_line, 0);
  EXPECT_THAT(Names(outline), ElementsAre("a", "b"));
}

TEST(Skim, ReadsFormattedStringsOfAllVersions) {
  const char* const sources[] = {
      "def a():\n    x = f'{d[\"k\"]!r:>{w}}'\ndef b(): pass\n",
      "def a():\n    x = f'{d['k']}'\ndef b(): pass\n",
      "def a():\n    x = f\"{x:'>10}\" f'{{' rf'\\{y}'\ndef b(): pass\n",
      "def a():\n    x = f'\\N{LEFT CURLY BRACKET}'\ndef b(): pass\n",
      "def a():\n    x = f'''{\n  1 # why }'\n}'''\ndef b(): pass\n",
  };
  for (const char* const source : sources) {
    const Outline outline = Skim(source);
    EXPECT_EQ(outline.error_line, 0) << source;
    EXPECT_THAT(Names(outline), ElementsAre("a", "b")) << source;
  }
}

TEST(Skim, NotesArgumentsWithoutDefaults) {
  const Outline outline = Skim(
      "def a(self, x: int, y=lambda p, q: (p, q), *args, k, l=1, **kw) -> dict[str, int]: pass\n"
      "def b(p, /, q): pass\n"
      "def c[T: (int, str)](x: \"a=b, c\", # why\n"
      "      y = {1: 2}, z): pass\n");
  ASSERT_EQ(outline.functions.size(), 3u);
  EXPECT_THAT(outline.functions[0].arguments, ElementsAre("self", "x", "k"));
  EXPECT_THAT(outline.functions[1].arguments, ElementsAre("q"));
  EXPECT_TRUE(outline.functions[1].positional_only);
  EXPECT_THAT(outline.functions[2].arguments, ElementsAre("x", "z"));
}

TEST(Skim, SeesYieldsOfTheFunctionItselfOnly) {
  const Outline outline = Skim(
      "def a():\n    yield 1\n"
      "def b():\n    def inner():\n        yield 1\n    return inner\n"
      "def c():\n    s = 'yield'\n    yields = 1\n"
      "def d(): x = yield\n"
      "def e():\n    def inner(): yield\n    x = [\n(yield)]\n");
  ASSERT_EQ(outline.functions.size(), 5u);
  std::vector<bool> yields;
  for (const SkimmedFunction& function : outline.functions) yields.push_back(function.yields);
  EXPECT_THAT(yields, ElementsAre(true, false, false, true, true));
}

TEST(Skim, FindsTheLineOfAnOffset) {
  const Outline outline =
      Skim("\n# c\nclass A:\n    def f(self):\n        pass\n\n    X = (1,\n         2)\n    class B: pass\n");
  EXPECT_EQ(outline.LineAt(static_cast<uint32_t>(outline.text.find("class A"))), 3);
  EXPECT_EQ(outline.LineAt(static_cast<uint32_t>(outline.text.find("X ="))), 7);
  EXPECT_EQ(outline.LineAt(static_cast<uint32_t>(outline.text.find("2)"))), 8);
  EXPECT_EQ(outline.LineAt(static_cast<uint32_t>(outline.text.find("class B"))), 9);
}

TEST(Skim, SaysWhereItCanNotBePython) {
  EXPECT_GT(Skim("x = (1,\n").error_line, 0);
  EXPECT_GT(Skim("x = 1)\n").error_line, 0);
  EXPECT_GT(Skim("x = 'abc\ny = 1\n").error_line, 0);
  EXPECT_GT(Skim("def a():\n    '''\n").error_line, 0);
  EXPECT_GT(Skim("def a():\nx = 1\n").error_line, 0);
  EXPECT_GT(Skim("def (x): pass\n").error_line, 0);
  EXPECT_EQ(Skim("").error_line, 0);
  EXPECT_EQ(Skim("x = 1").error_line, 0);
}

TEST(Skim, EndsForAnyBytes) {
  std::string source;
  for (int i = 0; i < 20'000; ++i) source += "([{\"'f\\\ndef @"[i * 7 % 12];
  EXPECT_GE(Skim(source).error_line, 0);
  EXPECT_GT(Skim(std::string(200'000, '(')).error_line, 0);
  std::string nested = "x = ";
  for (int i = 0; i < 10'000; ++i) nested += "f'{";
  EXPECT_GT(Skim(nested).error_line, 0);
  std::string format = "x = f'{a";
  for (int i = 0; i < 100'000; ++i) format += ":{a";
  EXPECT_GT(Skim(format).error_line, 0);
}

}  // namespace
}  // namespace fastest::discovery
