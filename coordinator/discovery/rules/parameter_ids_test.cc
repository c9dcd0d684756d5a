// Ids of parametrized tests. The expected results are what `pytest --collect-only` prints for the same text.
#include "coordinator/discovery/rules/parameter_ids.h"

#include <string>
#include <vector>

#include "coordinator/discovery/testing/test_module.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The id of a set is the ids of its values, joined by '-'.
TEST(ParameterIds, JoinsTheValuesOfASet) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize("a, b", [(1, "x"), (2.5, None), ("", True)])
def test_x(a, b): pass
)"),
              ElementsAre("test_x[1-x]", "test_x[2.5-None]", "test_x[-True]"));
}

// The names may be a list too. One name in a list takes sets of one value.
TEST(ParameterIds, NamesMayBeAList) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize(["a", "b"], [(1, 2)])
def test_x(a, b): pass

@pytest.mark.parametrize(["a"], [(1,), (2,)])
def test_y(a): pass
)"),
              ElementsAre("test_x[1-2]", "test_y[1]", "test_y[2]"));
}

// The mark nearest to the function comes first in the id and varies slowest.
TEST(ParameterIds, TheNearestMarkVariesSlowest) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize("x", [0, 1])
@pytest.mark.parametrize("y", ["a", "b"])
def test_x(x, y): pass
)"),
              ElementsAre("test_x[a-0]", "test_x[a-1]", "test_x[b-0]", "test_x[b-1]"));
}

// Marks of the function, then of its class, then of the module.
TEST(ParameterIds, MarksFromTheInsideOut) {
  EXPECT_THAT(Ids(R"(
import pytest

pytestmark = pytest.mark.parametrize("m", ["m1", "m2"])

@pytest.mark.parametrize("c", ["c1"])
class TestA:
    @pytest.mark.parametrize("f", ["f1"])
    def test_x(self, f, c, m): pass
)"),
              ElementsAre("TestA::test_x[f1-c1-m1]", "TestA::test_x[f1-c1-m2]"));
}

// Parameters of fixtures come before those of marks.
TEST(ParameterIds, FixturesComeBeforeMarks) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.fixture(params=["f1", "f2"])
def fix(request): return request.param

@pytest.mark.parametrize("m", ["m1", "m2"])
def test_x(m, fix): pass
)"),
              ElementsAre("test_x[f1-m1]", "test_x[f1-m2]", "test_x[f2-m1]", "test_x[f2-m2]"));
}

// Several parametrized fixtures: in the order in which the test asks for them.
TEST(ParameterIds, FixturesInTheOrderOfTheArguments) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.fixture(params=[1, 2])
def one(request): return request.param

@pytest.fixture(params=["a", "b"])
def two(request): return request.param

def test_x(two, one): pass
)"),
              ElementsAre("test_x[a-1]", "test_x[a-2]", "test_x[b-1]", "test_x[b-2]"));
}

// parametrize() with the name of a fixture replaces the fixture and its parameters.
TEST(ParameterIds, AMarkReplacesAFixture) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.fixture(params=[1, 2, 3])
def fix(request): return request.param

@pytest.mark.parametrize("fix", ["own"])
def test_x(fix): pass

@pytest.mark.parametrize("fix", ["handed"], indirect=True)
def test_y(fix): pass

@pytest.mark.parametrize("fix, n", [("handed", 7)], indirect=["fix"])
def test_z(fix, n): pass
)"),
              ElementsAre("test_x[own]", "test_y[handed]", "test_z[handed-7]"));
}

// Fixtures that are used without being arguments multiply the test as well.
TEST(ParameterIds, FixturesThatNobodyNames) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.fixture(params=[1, 2])
def deep(request): return request.param

@pytest.fixture
def outer(deep): return deep

def test_through_another(outer): pass

@pytest.mark.usefixtures("deep")
def test_by_mark(): pass

class TestA:
    @pytest.fixture(autouse=True, params=["on", "off"])
    def always(self, request): pass
    def test_auto(self): pass
)"),
              ElementsAre("test_through_another[1]", "test_through_another[2]", "test_by_mark[1]", "test_by_mark[2]",
                          "TestA::test_auto[on]", "TestA::test_auto[off]"));
}

// A fixture that overrides another has the other's parameters only if it asks for it.
TEST(ParameterIds, OverridingFixtures) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.fixture(params=[1, 2])
def fix(request): return request.param

class TestAsks:
    @pytest.fixture
    def fix(self, fix): return fix
    def test_x(self, fix): pass

class TestHides:
    @pytest.fixture
    def fix(self): return 0
    def test_x(self, fix): pass
)"),
              ElementsAre("TestAsks::test_x[1]", "TestAsks::test_x[2]", "TestHides::test_x"));
}

// pytest.param: id= is the id. Marks do not change it.
TEST(ParameterIds, ParamWithIdAndMarks) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize("a", [pytest.param(1, id="one"), pytest.param(2, marks=pytest.mark.skip), 3])
def test_x(a): pass
)"),
              ElementsAre("test_x[one]", "test_x[2]", "test_x[3]"));
}

// ids= a list: None means the value's own id. ids=str: what str() gives.
TEST(ParameterIds, IdsAsTheyAreGiven) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize("a", [1, 2, 3], ids=["one", None, 33])
def test_x(a): pass

@pytest.mark.parametrize("a", [1.0, "x", None], ids=str)
def test_y(a): pass
)"),
              ElementsAre("test_x[one]", "test_x[2]", "test_x[33]", "test_y[1.0]", "test_y[x]", "test_y[None]"));
}

// Values without a text of their own have the name of the argument and the number of the set.
TEST(ParameterIds, ObjectsAreNamedByTheArgument) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize("a", [{}, [1], (1, 2), {3}, object(), dict(x=1)])
def test_x(a): pass

@pytest.mark.parametrize("a, b", [([], 1), (2, [])])
def test_y(a, b): pass
)"),
              ElementsAre("test_x[a0]", "test_x[a1]", "test_x[a2]", "test_x[a3]", "test_x[a4]", "test_x[a5]",
                          "test_y[a0-1]", "test_y[2-b1]"));
}

// Classes and functions by __name__, patterns by their source, numbers as str() shows them.
TEST(ParameterIds, ValuesAsPytestShowsThem) {
  EXPECT_THAT(Ids(R"(
import re
import pytest

class Own: pass
def helper(): pass

@pytest.mark.parametrize(
    "a", [int, ValueError, Own, helper, len, re.compile("a+"), 0x10, 1_000, 1e3, 1e-7, -1, -2.5, ...])
def test_x(a): pass
)"),
              ElementsAre("test_x[int]", "test_x[ValueError]", "test_x[Own]", "test_x[helper]", "test_x[len]",
                          "test_x[a+]", "test_x[16]", "test_x[1000]", "test_x[1000.0]", "test_x[1e-07]", "test_x[-1]",
                          "test_x[-2.5]", "test_x[a12]"));
}

// Text that is not printable ASCII is escaped. So are bytes.
TEST(ParameterIds, EscapesText) {
  EXPECT_THAT(Ids(R"py(
import pytest

@pytest.mark.parametrize("a", ["caf\xe9", "tab\t", "back\\slash", "\u20ac", "\U0001f600", b"\x00raw\xff", "a/b::c"])
def test_x(a): pass
)py"),
              ElementsAre(R"(test_x[caf\xe9])", R"(test_x[tab\t])", R"(test_x[back\\slash])", R"(test_x[\u20ac])",
                          R"(test_x[\U0001f600])", R"(test_x[\x00raw\xff])", "test_x[a/b::c]"));
}

// Equal ids get a number each.
TEST(ParameterIds, EqualIdsAreNumbered) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.mark.parametrize("a", ["x", "y", "x"])
def test_x(a): pass
)"),
              ElementsAre("test_x[x0]", "test_x[y]", "test_x[x1]"));
}

// range, sums and products of lists, names bound once, the keys of a dictionary.
TEST(ParameterIds, ComputedListsThatAreCertain) {
  EXPECT_THAT(
      Ids(R"(
import pytest

CASES = ["a", "b"]

@pytest.mark.parametrize("a", range(2, 8, 3))
def test_range(a): pass

@pytest.mark.parametrize("a", CASES + ["c"])
def test_sum(a): pass

@pytest.mark.parametrize("a", [0] * 1 + [7])
def test_product(a): pass

@pytest.mark.parametrize("a", {"k": 1, "l": 2})
def test_keys(a): pass

@pytest.mark.parametrize("a", list(range(2)))
def test_list(a): pass
)"),
      ElementsAre("test_range[2]", "test_range[5]", "test_sum[a]", "test_sum[b]", "test_sum[c]", "test_product[0]",
                  "test_product[7]", "test_keys[k]", "test_keys[l]", "test_list[0]", "test_list[1]"));
}

// Arguments with defaults, `self`, and arguments that patch() fills ask for no fixtures.
TEST(ParameterIds, ArgumentsThatAreNoFixtures) {
  EXPECT_THAT(Ids(R"(
import os
from unittest import mock
import pytest

@pytest.mark.parametrize("a", [1])
def test_default(a, b=2): pass

@mock.patch("os.getcwd")
@pytest.mark.parametrize("a", [1])
def test_patched(getcwd, a): pass

@mock.patch("os.getcwd", new=None)
def test_replaced(tmp_path): pass

class TestA:
    @staticmethod
    @pytest.mark.parametrize("a", [1])
    def test_static(a): pass

    @mock.patch.object(os, "getcwd")
    @pytest.mark.parametrize("a", [1])
    def test_method(self, getcwd, a): pass

    @classmethod
    def test_class(cls): pass
)"),
              ElementsAre("test_default[1]", "test_patched[1]", "test_replaced", "TestA::test_static[1]",
                          "TestA::test_method[1]", "TestA::test_class"));
}

// A parametrized fixture belongs to the test only under its given name.
TEST(ParameterIds, FixturesByTheirGivenName) {
  EXPECT_THAT(Ids(R"(
import pytest

@pytest.fixture(name="fix", params=[None, "x"], ids=["first", "second"])
def make_fix(request): return request.param

def test_x(fix): pass
)"),
              ElementsAre("test_x[first]", "test_x[second]"));
}

std::vector<std::string> OpenIn(const std::string& text) { return Collect("import pytest\nimport m\n" + text).open; }

// Nothing that has to be computed is guessed.
TEST(ParameterIds, WhatIsComputedIsOpen) {
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize('a', m.cases())\ndef test_x(a): pass\n"),
              ElementsAre(HasSubstr("computed")));
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize('a', [m.x])\ndef test_x(a): pass\n"),
              ElementsAre(HasSubstr("a value of a")));
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize('a', [1], ids=m.ids)\ndef test_x(a): pass\n"),
              ElementsAre(HasSubstr("ids")));
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize(m.names, [1])\ndef test_x(a): pass\n"),
              ElementsAre(HasSubstr("test_x: ")));
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize('a', [])\ndef test_x(a): pass\n"), ElementsAre(HasSubstr("empty")));
  // The versions of pytest number these differently.
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize('a', [1, 1])\ndef test_x(a): pass\n"),
              ElementsAre(HasSubstr("equal ids")));
  EXPECT_THAT(OpenIn("def test_x(from_elsewhere): pass\n"), ElementsAre(HasSubstr("from_elsewhere")));
}

// Parameters of a wider scope determine the order among tests.
TEST(ParameterIds, WiderScopesAreOpen) {
  EXPECT_THAT(OpenIn("@pytest.fixture(scope='module', params=[1, 2])\ndef fix(): pass\ndef test_x(fix): pass\n"),
              ElementsAre(HasSubstr("wider scope")));
  EXPECT_THAT(OpenIn("@pytest.mark.parametrize('a', [1, 2], scope='class')\ndef test_x(a): pass\n"),
              ElementsAre(HasSubstr("wider scope")));
}

// pytest refuses a module in which a name is parametrized that the function does not use, or is parametrized twice.
TEST(ParameterIds, WhatPytestRefusesTakesTheModuleWithIt) {
  const TestModule unused =
      Collect("import pytest\ndef test_a(): pass\n@pytest.mark.parametrize('b', [1])\ndef test_x(a=1): pass\n");
  EXPECT_THAT(unused.ids, IsEmpty());
  EXPECT_THAT(unused.open,
              ElementsAre(HasSubstr("test_a: test_x: parametrizes b"), HasSubstr("test_x: test_x: parametrizes b")));
  const TestModule twice = Collect(
      "import pytest\n@pytest.mark.parametrize('a', [1])\n@pytest.mark.parametrize('a', [2])\ndef test_x(a): pass\n");
  EXPECT_THAT(twice.ids, IsEmpty());
  EXPECT_THAT(twice.open, ElementsAre(HasSubstr("duplicate parametrization of a")));
}

}  // namespace
}  // namespace fastest::discovery
