// The order in which Python looks up names in classes (`Class.__mro__`), and what else ancestors mean for a class.
#include "coordinator/discovery/rules/class_order.h"

#include <string>
#include <vector>

#include "base/clock.h"
#include "coordinator/discovery/store/fact_store.h"
#include "coordinator/discovery/testing/test_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class ClassOrderTest : public testing::Test {
 protected:
  // The order of the class `name` in test_m.py, which gets this text.
  ClassOrder Of(const std::string& name, const std::string& text) {
    tree_.Write("test_m.py", text);
    return Of(name);
  }

  // The order of another class of the file.
  ClassOrder Of(const std::string& name) {
    const SourceFile& file = imports_.FileAt(tree_.Path("test_m.py"));
    for (const Class& type : file.facts->classes) {
      if (type.name == name) return OrderOf(imports_, {&file, &type});
    }
    ADD_FAILURE() << "no class " << name;
    return ClassOrder();
  }

  static std::vector<std::string> NamesOf(const ClassOrder& order) {
    std::vector<std::string> names;
    for (const ClassPlace& type : order.types) names.push_back(type.type->name);
    return names;
  }

  TestTree tree_;
  RealClock clock_;
  FactStore store_{"", 1, clock_};
  ImportFinder imports_{store_, true};
};

TEST_F(ClassOrderTest, ADiamond) {
  EXPECT_THAT(NamesOf(Of("D", "class A: pass\nclass B(A): pass\nclass C(A): pass\nclass D(B, C): pass\n")),
              ElementsAre("D", "B", "C", "A"));
}

// A base comes after all classes that inherit from it, and bases stay in the order in which they are named.
TEST_F(ClassOrderTest, TwoRowsMerged) {
  EXPECT_THAT(NamesOf(Of("A",
                         "class F: pass\nclass E: pass\nclass D: pass\nclass C(D, F): pass\nclass B(D, E): pass\n"
                         "class A(B, C): pass\n")),
              ElementsAre("A", "B", "C", "D", "E", "F"));
}

// Python says TypeError: Cannot create a consistent method resolution order.
TEST_F(ClassOrderTest, NoOrder) {
  const ClassOrder order =
      Of("C", "class X: pass\nclass Y: pass\nclass A(X, Y): pass\nclass B(Y, X): pass\nclass C(A, B): pass\n");
  EXPECT_THAT(NamesOf(order), ElementsAre("C"));
  EXPECT_EQ(order.open_reason, "its base classes can't be put in order");
}

TEST_F(ClassOrderTest, AcrossFiles) {
  tree_.Write("base.py", "import unittest\nclass Base(unittest.TestCase): pass\n");
  const ClassOrder order = Of("A", "from base import Base\nclass A(Base): pass\n");
  EXPECT_THAT(NamesOf(order), ElementsAre("A", "Base"));
  EXPECT_TRUE(order.is_test_case);
  EXPECT_EQ(order.unknown_base, "");
}

TEST_F(ClassOrderTest, ConstructorsAndFlagsAreInherited) {
  const ClassOrder order = Of("B", "class A:\n    __test__ = False\n    def __init__(self): pass\nclass B(A): pass\n");
  EXPECT_TRUE(order.has_constructor);
  EXPECT_EQ(order.test_flag, TestFlag::kFalse);
}

TEST_F(ClassOrderTest, KnownAndUnknownBases) {
  const ClassOrder order =
      Of("A", "import abc, typing, elsewhere\nclass A(abc.ABC, elsewhere.Base): pass\nclass B(Exception): pass\n");
  EXPECT_EQ(order.unknown_base, "elsewhere.Base");
  EXPECT_FALSE(order.has_constructor);
  EXPECT_TRUE(Of("B").has_constructor);
}

TEST_F(ClassOrderTest, ALongChainEnds) {
  std::string text = "class C0: pass\n";
  for (int i = 1; i < 200; ++i) text += "class C" + std::to_string(i) + "(C" + std::to_string(i - 1) + "): pass\n";
  EXPECT_NE(Of("C199", text).open_reason, "");
  EXPECT_THAT(NamesOf(Of("C40")), SizeIs(41));
}

}  // namespace
}  // namespace fastest::discovery
