// What decorators make of functions and classes, read from files as discovery reads them.
#include "coordinator/discovery/facts/decorators.h"

#include <string>

#include "coordinator/discovery/facts/file_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kImports[] =
    "import abc, dataclasses, functools, unittest\nfrom unittest import mock\nimport pytest\nimport hypothesis\nimport "
    "helpers\n";

File Read(const std::string& text) {
  SyntaxParser parser;
  File file = ReadFacts(kImports + text, parser);
  EXPECT_EQ(file.unreadable, "");
  return file;
}

// What `decorators` make of `def test_x(a, b, c)` below them.
Decorated Of(const std::string& decorators) {
  File file = Read(decorators + "\ndef test_x(a, b, c): pass\n");
  EXPECT_EQ(file.functions.size(), 1u);
  if (file.functions.empty() || file.functions[0].decorated == nullptr) return Decorated();
  return std::move(*file.functions[0].decorated);
}

TEST(Decorators, Marks) {
  const Decorated decorated =
      Of("@pytest.mark.slow\n@pytest.mark.skipif(True, reason='x')\n@pytest.mark.usefixtures('f', 'g')");
  // The nearest to the function comes first.
  EXPECT_THAT(decorated.marks.names, ElementsAre("usefixtures", "skipif", "slow"));
  EXPECT_THAT(decorated.marks.usefixtures, ElementsAre("f", "g"));
  EXPECT_EQ(decorated.open_reason, "");
}

TEST(Decorators, MarksByAnotherName) {
  EXPECT_THAT(Of("slow = pytest.mark.slow\n@slow").marks.names, ElementsAre("slow"));
  EXPECT_THAT(Of("from pytest import mark as m\n@m.slow").marks.names, ElementsAre("slow"));
  const Decorated once = Of("cases = pytest.mark.parametrize('a', [1, 2])\n@cases");
  ASSERT_EQ(once.marks.parametrize.size(), 1u);
  EXPECT_THAT(once.marks.parametrize[0].sets.ids, ElementsAre("1", "2"));
}

// parametrize(argnames, argvalues, indirect, ids, scope), by position or by name.
TEST(Decorators, Parametrize) {
  const Decorated decorated =
      Of("@pytest.mark.parametrize('a, b', [(1, 2)], ['a'], ['one'], scope='module')\n"
         "@pytest.mark.parametrize(argvalues=[3], argnames='c', indirect=True)");
  ASSERT_EQ(decorated.marks.parametrize.size(), 2u);
  const Parametrize& near = decorated.marks.parametrize[0];
  EXPECT_THAT(near.names, ElementsAre("c"));
  EXPECT_THAT(near.sets.ids, ElementsAre("3"));
  EXPECT_TRUE(near.all_indirect);
  EXPECT_FALSE(near.wide_scope);
  const Parametrize& far = decorated.marks.parametrize[1];
  EXPECT_THAT(far.names, ElementsAre("a", "b"));
  EXPECT_THAT(far.sets.ids, ElementsAre("one"));
  EXPECT_THAT(far.indirect, ElementsAre("a"));
  EXPECT_TRUE(far.wide_scope);
}

TEST(Decorators, ParametrizeThatIsComputed) {
  for (const char* arguments :
       {"helpers.names, [1]", "*helpers.x", "'a', [1], helpers.indirect", "'a,', [1]", "['a', helpers.b], [(1, 2)]"}) {
    const Decorated decorated = Of(std::string("@pytest.mark.parametrize(") + arguments + ")");
    ASSERT_EQ(decorated.marks.parametrize.size(), 1u) << arguments;
    EXPECT_THAT(decorated.marks.parametrize[0].names, IsEmpty()) << arguments;
    EXPECT_THAT(decorated.marks.parametrize[0].sets.open_reason, HasSubstr("computed")) << arguments;
  }
  // A list has a length even if its values are not known.
  const Decorated decorated = Of("@pytest.mark.parametrize('a', [helpers.x, helpers.y, helpers.z])");
  EXPECT_EQ(decorated.marks.parametrize[0].sets.count, 3);
  EXPECT_THAT(decorated.marks.parametrize[0].sets.ids, IsEmpty());
}

TEST(Decorators, Fixtures) {
  const Decorated plain = Of("@pytest.fixture");
  ASSERT_NE(plain.fixture, nullptr);
  EXPECT_FALSE(plain.fixture->autouse || plain.fixture->parametrized);
  EXPECT_TRUE(plain.fixture->function_scope);
  const Decorated full =
      Of("@pytest.fixture(scope='module', autouse=True, name='other', params=['x', 'y'], ids=['one', 'two'])");
  ASSERT_NE(full.fixture, nullptr);
  EXPECT_EQ(full.fixture->name, "other");
  EXPECT_TRUE(full.fixture->autouse);
  EXPECT_FALSE(full.fixture->function_scope);
  EXPECT_THAT(full.fixture->params.ids, ElementsAre("one", "two"));
  const Decorated computed = Of("@pytest.fixture(params=helpers.all())");
  EXPECT_TRUE(computed.fixture->parametrized);
  EXPECT_THAT(computed.fixture->params.open_reason, HasSubstr("fixture test_x"));
  // If something is not certain, the worse case counts.
  EXPECT_TRUE(Of("@pytest.fixture(**helpers.options)").fixture->autouse);
  EXPECT_FALSE(Of("@pytest.fixture(scope=helpers.scope)").fixture->function_scope);
}

// patch() hands a mock to the function unless it is told what to put in place.
TEST(Decorators, PatchesFillArguments) {
  EXPECT_EQ(Of("@mock.patch('a.b')").mocked, 1);
  EXPECT_EQ(Of("@mock.patch('a.b', 1)").mocked, 0);
  EXPECT_EQ(Of("@mock.patch('a.b', new=1)").mocked, 0);
  EXPECT_EQ(Of("@mock.patch.object(helpers, 'x')\n@mock.patch('a.b')").mocked, 2);
  EXPECT_EQ(Of("@mock.patch.object(helpers, 'x', 1)").mocked, 0);
  EXPECT_EQ(Of("@mock.patch.dict('os.environ', {})").mocked, 0);
  EXPECT_EQ(Of("@mock.patch('a.b', return_value=1)").mocked, 1);
}

TEST(Decorators, HypothesisFillsArguments) {
  const Decorated decorated = Of("@hypothesis.given(1, 2, b=3)");
  EXPECT_EQ(decorated.given_positional, 2);
  EXPECT_THAT(decorated.given, ElementsAre("b"));
  EXPECT_THAT(Of("@hypothesis.given(**helpers.x)").open_reason, HasSubstr("hypothesis.given"));
}

TEST(Decorators, WhatKindOfMethod) {
  EXPECT_TRUE(Of("@staticmethod").is_static);
  EXPECT_TRUE(Of("@property").not_callable);
  EXPECT_TRUE(Of("@functools.cached_property").not_callable);
  EXPECT_EQ(Of("@classmethod").open_reason, "");
  EXPECT_EQ(Of("@abc.abstractmethod").open_reason, "it is abstract");
}

TEST(Decorators, StrangersLeaveItOpen) {
  EXPECT_EQ(Of("@helpers.twice(2)").open_reason, "decorated with helpers.twice");
  EXPECT_EQ(Of("@pytest.mark.repeat(3)").open_reason, "pytest.mark.repeat may make more of it");
  EXPECT_THAT(Of("@pytest.mark.usefixtures(helpers.x)").open_reason, HasSubstr("usefixtures"));
}

// What `decorators` make of a class A below them.
Class ClassOf(const std::string& decorators, const std::string& bases = "") {
  File file = Read(decorators + "\nclass A" + bases + ":\n    def test_x(self): pass\n");
  EXPECT_EQ(file.classes.size(), 1u);
  return file.classes.empty() ? Class() : std::move(file.classes[0]);
}

TEST(Decorators, OfClasses) {
  EXPECT_THAT(ClassOf("@pytest.mark.slow").marks.names, ElementsAre("slow"));
  EXPECT_TRUE(ClassOf("@dataclasses.dataclass").has_generated_init);
  EXPECT_TRUE(ClassOf("@dataclasses.dataclass(frozen=True)").has_generated_init);
  const Class without_init = ClassOf("@dataclasses.dataclass(init=False)");
  EXPECT_FALSE(without_init.has_generated_init);
  EXPECT_NE(without_init.open_reason, "");
  EXPECT_EQ(ClassOf("@mock.patch('a.b')").mocked, 1);
  // A patch copies inherited methods into the class.
  EXPECT_NE(ClassOf("@mock.patch('a.b')", "(helpers.Base)").open_reason, "");
  EXPECT_EQ(ClassOf("@unittest.skip('no')").open_reason, "");
  EXPECT_EQ(ClassOf("@helpers.register").open_reason, "decorated with helpers.register");
}

TEST(Decorators, PytestmarkOfModulesAndClasses) {
  EXPECT_THAT(Read("pytestmark = [pytest.mark.a, pytest.mark.b('x')]\n").marks.names, ElementsAre("a", "b"));
  EXPECT_THAT(Read("class A:\n    pytestmark = pytest.mark.c\n").classes[0].marks.names, ElementsAre("c"));
  EXPECT_NE(Read("pytestmark = helpers.marks()\n").open_reason, "");
  EXPECT_NE(Read("pytestmark = []\npytestmark += [pytest.mark.a]\n").open_reason, "");
}

}  // namespace
}  // namespace fastest::discovery
