// Which functions and classes of a module are tests. The expected results are what `pytest --collect-only` prints for
// the same files.
#include "coordinator/discovery/rules/module_tests.h"

#include <string>

#include "coordinator/discovery/testing/test_module.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// python_functions is "test" and python_classes is "Test": these are prefixes.
TEST(ModuleTests, NamesByPrefix) {
  EXPECT_THAT(Ids(R"(
def test(): pass
def testing(): pass
def test_a(): pass
def a_test(): pass
def Test_b(): pass
class Test:
    def test_c(self): pass
class Testing:
    def test_d(self): pass
class MyTest:
    def test_e(self): pass
async def test_f(): pass
)"),
              ElementsAre("test", "testing", "test_a", "Test::test_c", "Testing::test_d", "test_f"));
}

// Names are collected in the order of the module's dictionary: at the place of their first binding, with the value of
// the last.
TEST(ModuleTests, TheLastDefinitionAtTheFirstPlace) {
  EXPECT_THAT(Ids(R"(
import pytest
@pytest.mark.parametrize("a", [1, 2])
def test_a(a): pass
def test_b(): pass
def test_a(): pass
def test_c(): pass
del test_c
def test_d(): pass
def test_c(): pass
test_d = None
)"),
              ElementsAre("test_a", "test_b", "test_c"));
}

// A function is collected under each of its names.
TEST(ModuleTests, AnAliasIsATestToo) {
  EXPECT_THAT(Ids(R"(
def test_a(): pass
test_b = test_a
class TestC:
    def test_d(self): pass
    test_e = test_d
TestF = TestC
)"),
              ElementsAre("test_a", "test_b", "TestC::test_d", "TestC::test_e", "TestF::test_d", "TestF::test_e"));
}

// A class with a constructor is no test class, even if the constructor is inherited.
TEST(ModuleTests, ClassesWithConstructorsAreLeftOut) {
  EXPECT_THAT(Ids(R"(
import dataclasses
import enum
class TestInit:
    def __init__(self): pass
    def test_a(self): pass
class TestNew:
    def __new__(cls): return object.__new__(cls)
    def test_b(self): pass
class TestInherits(TestInit):
    def test_c(self): pass
@dataclasses.dataclass
class TestData:
    x: int = 0
    def test_d(self): pass
class TestException(Exception):
    def test_e(self): pass
class TestFine:
    def test_f(self): pass
)"),
              ElementsAre("TestFine::test_f"));
}

// Inherited tests come first. What a class defines itself hides them and has its own place.
TEST(ModuleTests, InheritedTestsComeFirst) {
  EXPECT_THAT(Ids(R"(
class Base:
    def test_a(self): pass
    def test_b(self): pass
class TestSub(Base):
    def test_c(self): pass
    def test_a(self): pass
class Mixin:
    def test_m(self): pass
class TestTwo(Base, Mixin):
    def test_own(self): pass
)"),
              ElementsAre("TestSub::test_b", "TestSub::test_c", "TestSub::test_a", "TestTwo::test_m", "TestTwo::test_a",
                          "TestTwo::test_b", "TestTwo::test_own"));
}

// Classes within classes.
TEST(ModuleTests, NestedClasses) {
  EXPECT_THAT(Ids(R"(
class TestOuter:
    def test_a(self): pass
    class TestInner:
        def test_b(self): pass
    class Other:
        def test_c(self): pass
    def test_d(self): pass
)"),
              ElementsAre("TestOuter::test_a", "TestOuter::TestInner::test_b", "TestOuter::test_d"));
}

// unittest sorts by name, and only the prefix "test" counts. The class may have any name.
TEST(ModuleTests, UnittestCases) {
  EXPECT_THAT(Ids(R"(
import unittest
class Cases(unittest.TestCase):
    def test_b(self): pass
    def test_a(self): pass
    def testA(self): pass
    def check(self): pass
    test_value = 3
class Sub(Cases):
    def test_0(self): pass
class OnlyRun(unittest.TestCase):
    def runTest(self): pass
class Nothing(unittest.TestCase):
    def helper(self): pass
)"),
              ElementsAre("Cases::testA", "Cases::test_a", "Cases::test_b", "Sub::testA", "Sub::test_0", "Sub::test_a",
                          "Sub::test_b", "OnlyRun::runTest"));
}

// __test__ = False takes a class or function out, True takes a class in.
TEST(ModuleTests, TestFlags) {
  EXPECT_THAT(Ids(R"(
class TestOff:
    __test__ = False
    def test_a(self): pass
class TestInheritsOff(TestOff):
    def test_b(self): pass
class TestOnAgain(TestOff):
    __test__ = True
    def test_c(self): pass
class Named:
    __test__ = True
    def test_d(self): pass
def test_e(): pass
test_e.__test__ = False
)"),
              ElementsAre("TestOnAgain::test_a", "TestOnAgain::test_c", "Named::test_d"));
  EXPECT_THAT(Ids("__test__ = False\ndef test_a(): pass\n"), IsEmpty());
}

// Fixtures, properties, values and Python's own names are no tests.
TEST(ModuleTests, WhatIsNoTest) {
  EXPECT_THAT(Ids(R"(
import pytest
test_value = 1
test_list = [1, 2]
@pytest.fixture
def test_fixture(): pass
class TestA:
    test_value = "x"
    @property
    def test_property(self): return 1
    @pytest.fixture
    def test_fixture(self): pass
    def test_a(self): pass
)"),
              ElementsAre("TestA::test_a"));
}

// A definition under a condition may be there or not.
TEST(ModuleTests, ConditionsLeaveItOpen) {
  const TestModule module = Collect(R"(
import sys
if sys.platform == "linux":
    def test_a(): pass
try:
    import nothing
except ImportError:
    def test_b(): pass
def test_c(): pass
)");
  EXPECT_THAT(module.ids, ElementsAre("test_c"));
  EXPECT_THAT(module.open, ElementsAre("test_a: defined under a condition", "test_b: defined under a condition"));
}

// An unknown decorator may make anything of a function. Known decorators leave it as it is.
TEST(ModuleTests, Decorators) {
  const TestModule module = Collect(R"(
import unittest, pytest, helpers
@helpers.twice
def test_a(): pass
@pytest.mark.slow
@unittest.skip("no")
def test_b(): pass
)");
  EXPECT_THAT(module.ids, ElementsAre("test_b"));
  EXPECT_THAT(module.open, ElementsAre("test_a: decorated with helpers.twice"));
}

// pytest refuses generators, and with them the class or module that holds them.
TEST(ModuleTests, AGeneratorBreaksItsClass) {
  const TestModule module = Collect(R"(
class TestA:
    def test_a(self): pass
    def test_g(self): yield 1
class TestB:
    def test_b(self): pass
)");
  EXPECT_THAT(module.ids, ElementsAre("TestB::test_b"));
  EXPECT_THAT(module.open,
              ElementsAre(HasSubstr("TestA::test_a: test_g is a generator"), HasSubstr("TestA::test_g: ")));
}

// Imported tests are collected where they are imported, under the name that they have there.
TEST(ModuleTests, ImportedTests) {
  const TestTree tree;
  tree.Write("shared.py", "def test_a(): pass\ndef check(): pass\nclass TestBase:\n    def test_b(self): pass\n");
  tree.Write("test_m.py",
             "from shared import test_a, TestBase, check as test_check\nfrom elsewhere import test_unknown\n");
  const TestModule module = CollectFrom(tree, "test_m.py");
  EXPECT_THAT(module.ids, ElementsAre("test_a", "TestBase::test_b", "test_check"));
  EXPECT_THAT(module.more, ElementsAre(HasSubstr("test_unknown")));
}

// collect_imported_tests = false leaves them out.
TEST(ModuleTests, ImportedTestsMayBeLeftOut) {
  const TestTree tree;
  tree.Write("shared.py", "def test_a(): pass\n");
  tree.Write("test_m.py", "from shared import test_a\ndef test_own(): pass\n");
  ProjectConfig project;
  project.ini["collect_imported_tests"] = "false";
  EXPECT_THAT(CollectFrom(tree, "test_m.py", project).ids, ElementsAre("test_own"));
}

// python_functions and python_classes: prefixes or patterns.
TEST(ModuleTests, NamesByTheProjectsOptions) {
  const TestTree tree;
  tree.Write(
      "test_m.py",
      "def check_a(): pass\ndef test_b(): pass\ndef c_works(): pass\nclass SuiteD:\n    def check_e(self): pass\n");
  ProjectConfig project;
  project.python_functions = {"check", "*_works"};
  project.python_classes = {"Suite"};
  EXPECT_THAT(CollectFrom(tree, "test_m.py", project).ids, ElementsAre("check_a", "c_works", "SuiteD::check_e"));
}

// A file that Python refuses has no tests with names, and says why.
TEST(ModuleTests, BrokenFiles) {
  const TestModule module = Collect("def test_a(:\n    pass\n");
  EXPECT_THAT(module.ids, IsEmpty());
  EXPECT_THAT(module.more, ElementsAre(HasSubstr("line 1")));
}

}  // namespace
}  // namespace fastest::discovery
