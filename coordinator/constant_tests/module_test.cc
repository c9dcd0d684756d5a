#include "coordinator/constant_tests/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/text/syntax.h"
#include "proto/test_id.h"

namespace fastest::constant_tests {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Module Decided(std::string_view text) {
  discovery::SyntaxParser parser;
  return Decide(text, parser);
}

std::string WhyNot(std::string_view text) { return Decided(text).why_not; }

// A module with one test. Each statement is a line of the test.
std::string ModuleOf(const std::vector<std::string>& statements) {
  std::string text = "def test_it():\n";
  for (const std::string& statement : statements) text += "    " + statement + "\n";
  return text;
}

void ExpectPasses(const std::vector<std::string>& statements) {
  const std::string text = ModuleOf(statements);
  EXPECT_EQ(WhyNot(text), "") << text;
}

// The module is left to Python, whether or not its test would pass.
void ExpectLeft(const std::vector<std::string>& statements) {
  const std::string text = ModuleOf(statements);
  EXPECT_NE(WhyNot(text), "") << text;
}

TEST(Decide, NamesTheTestsOfAModule) {
  const Module module = Decided(
      "\"\"\"What it is.\"\"\"\n"
      "\n"
      "# Remarks.\n"
      "def test_one():\n"
      "    assert 1 + 1 == 2\n"
      "\n"
      "\n"
      "class TestMore:\n"
      "    'And more.'\n"
      "\n"
      "    def test_two(self) -> None:\n"
      "        values = [1, 2]  # two\n"
      "        assert sum(values) == 3, 'no'\n"
      "\n"
      "def test_three ( ) :\n"
      "  pass\n");
  EXPECT_EQ(module.why_not, "");
  std::vector<std::string> names;
  std::vector<int> lines;
  for (const Passed& test : module.tests) {
    names.push_back(test.name);
    lines.push_back(test.line);
    EXPECT_GT(test.seconds, 0);
  }
  EXPECT_THAT(names, ElementsAre("test_one", "TestMore::test_two", "test_three"));
  EXPECT_THAT(lines, ElementsAre(3, 10, 14));
}

TEST(Decide, AnEmptyModuleHasNoTests) {
  EXPECT_EQ(WhyNot(""), "");
  EXPECT_THAT(Decided("# Nothing.\n").tests, IsEmpty());
}

TEST(Decide, KnowsNumbers) {
  ExpectPasses({"assert 7 // 2 == 3 and -7 // 2 == -4 and -7 % 3 == 2 and 7 % -3 == -2"});
  ExpectPasses({"assert 2 ** 10 == 1024 and -2 ** 2 == -4 and 2 ** 3 ** 2 == 512"});
  ExpectPasses({"assert 1 / 4 == 0.25 and 0.5 + 1 == 1.5 and 3 / 3 == 1 == True"});
  ExpectPasses({"assert 1 << 3 == 8 and -9 >> 1 == -5 and ~5 == -6 and 6 & 3 | 8 ^ 1 == 11"});
  ExpectPasses({"x = 3", "x += 4", "x *= 2", "assert x == 14 and 1 < x <= 14 != 3"});
  ExpectPasses({"assert abs(-3) == 3 and max(1, 3, 2) == max([3, 1]) == 3 and min((2, 1)) == 1"});
}

TEST(Decide, KnowsTexts) {
  ExpectPasses({"assert 'ab' 'c' == \"abc\" and 'ab' * 2 == 'abab' and 'b' in 'abc'"});
  ExpectPasses({"assert 'Ab c'.upper() == 'AB C' and ' a '.strip() == 'a' and 'a,b'.split(',') == ['a', 'b']"});
  ExpectPasses({"assert '-'.join(['a', 'b']) == 'a-b' and 'aXbX'.replace('X', '') == 'ab' and 'abc'[-1] == 'c'"});
  ExpectPasses({"assert 'abc'[1:] == 'bc' and 'abc'[:-1] == 'ab' and 'it is'.title() == 'It Is' and len('a\\n') == 2"});
}

TEST(Decide, KnowsContainers) {
  ExpectPasses({"assert [1, 2] + [3] == [1, 2, 3] and (1, 'a') < (1, 'b') and 2 not in [1]"});
  ExpectPasses({"d = {'a': 1, 'b': [2]}", "assert d['b'][0] == 2 and d.get('c') is None and len(d) == 2 and 'a' in d"});
  ExpectPasses(
      {"assert {1: 'a', True: 'b'} == {1: 'b'} and {1, 2} | {3} == {3, 2, 1} and list(range(3)) == [0, 1, 2]"});
  ExpectPasses({"assert sorted({3, 1}) == [1, 3] and any([0, 1]) and not all([0, 1]) and [1].count(1) == 1"});
  ExpectPasses({"x = 5", "assert ('big' if x > 3 else 'small') == 'big' and (x or 1) == 5"});
}

TEST(Decide, LeavesWhatDoesNotPassForCertain) {
  ExpectLeft({"assert 1 == 2"});
  ExpectLeft({"assert 1 < 'a'"});
  ExpectLeft({"assert 9223372036854775807 + 1 > 0"});
  ExpectLeft({"assert 1 / 0 or True"});
  ExpectLeft({"assert missing == 1"});
  ExpectLeft({"assert x == 1", "x = 1"});
  ExpectLeft({"assert sum([0.1, 0.2]) == 0.3"});
  ExpectLeft({"assert list({1, 2}) == [1, 2]"});
  ExpectLeft({"assert {[1]: 2}"});
  ExpectLeft({"assert [1] * 100000"});
  ExpectLeft({"x = [1]", "x += [2]", "assert x"});
  EXPECT_THAT(WhyNot(ModuleOf({"assert 0"})), Eq("test_it is not sure to pass"));
}

TEST(Decide, LeavesWhatIsNotEvaluatedButOddToo) {
  ExpectLeft({"assert True or 1 is 1"});
  ExpectLeft({"assert True or '\\d'"});
  ExpectLeft({"assert True or 'a'['b']"});
  ExpectLeft({"assert True or (yield)"});
  ExpectLeft({"assert True, (lambda: 1)"});
}

TEST(Decide, LeavesWhatPythonRefusesOrWarnsOf) {
  ExpectLeft({"assert (1, 'always true')"});
  ExpectLeft({"assert 2 * (1, 'always true')"});
  ExpectLeft({"assert 1 == not 2"});
  ExpectLeft({"assert 01 == 1"});
  ExpectLeft({"assert 1or 2"});
  ExpectLeft({"assert 1 <> 2"});
  ExpectLeft({"assert {} == {,}"});
  ExpectLeft({"assert [,] == []"});
  ExpectLeft({"assert (,) == ()"});
  ExpectLeft({"assert list(,) == []"});
  ExpectLeft({"assert [1,,] == [1]"});
  ExpectLeft({"assert 10L == 10"});
  ExpectLeft({"assert None is None"});
  ExpectLeft({"assert 1, 2, 3"});
  ExpectLeft({"async = 1"});
  ExpectLeft({"None = 1"});
  ExpectLeft({"assert 'a\\q'"});
  ExpectLeft({"assert 1; assert 2"});
  ExpectLeft({"assert 1", "  assert 2"});
  ExpectLeft({"assert `1`"});
  ExpectLeft({"print 'a'"});
  EXPECT_NE(WhyNot("def test_a():\n    assert 1\n  assert 2\n"), "");
  EXPECT_NE(WhyNot("def test_a():\n    b =\n    'a' == 'b'\n"), "");
  EXPECT_EQ(WhyNot("def test_a():\n    assert (1 +  # one's\n           1) == 2\n"), "");
  EXPECT_NE(WhyNot("def test_a()\n:\n    assert 1\n"), "");
  EXPECT_NE(WhyNot("  def test_a():\n      assert 1\n"), "");
  EXPECT_NE(WhyNot("def test_a():\n\tassert 1\n"), "");
  EXPECT_NE(WhyNot("# coding: rot13\ndef test_a():\n    assert 1\n"), "");
  EXPECT_NE(WhyNot("def test_a():\n    assert 'caf\xc3\xa9'\n"), "");
}

TEST(Decide, LeavesModulesThatDoMore) {
  EXPECT_THAT(WhyNot("import os\n\ndef test_a():\n    pass\n"), HasSubstr("more than define tests"));
  EXPECT_THAT(WhyNot("def helper():\n    pass\n"), HasSubstr("no plain test"));
  EXPECT_THAT(WhyNot("def test_a(tmp_path):\n    pass\n"), HasSubstr("no plain test"));
  EXPECT_THAT(WhyNot("def test_a(x=1):\n    pass\n"), HasSubstr("no plain test"));
  EXPECT_THAT(WhyNot("@mark\ndef test_a():\n    pass\n"), HasSubstr("more than define tests"));
  EXPECT_THAT(WhyNot("async def test_a():\n    pass\n"), HasSubstr("no plain test"));
  EXPECT_THAT(WhyNot("def test_a():\n    pass\ndef test_a():\n    pass\n"), HasSubstr("twice"));
  EXPECT_THAT(WhyNot("class TestA(Base):\n    def test_a(self):\n        pass\n"), HasSubstr("no plain class"));
  EXPECT_THAT(WhyNot("class TestA:\n    x = 1\n"), HasSubstr("more than tests"));
  EXPECT_THAT(WhyNot("class TestA:\n    def setup_method(self):\n        pass\n"), HasSubstr("no plain test"));
  EXPECT_THAT(WhyNot("def test_a():\n    len = 3\n"), HasSubstr("means something else"));
  EXPECT_THAT(WhyNot("def test_a():\n    return 1\n"), HasSubstr("more than assign and assert"));
  EXPECT_THAT(WhyNot("def test_a():\n    print('a')\n"), HasSubstr("more than assign and assert"));
}

TEST(Decide, SaysThatItDoesNotReadWhatIsBroken) {
  EXPECT_THAT(WhyNot("def test_a(:\n"), AnyOf(HasSubstr("without error"), HasSubstr("no plain test")));
  EXPECT_NE(WhyNot("def test_a():\n    assert (1\n"), "");
  EXPECT_NE(WhyNot(std::string(100000, '(')), "");
  EXPECT_NE(WhyNot("def test_a():\n    assert " + std::string(500, '(') + "1" + std::string(500, ')') + "\n"), "");
}

}  // namespace
}  // namespace fastest::constant_tests
