// Where imports lead. The rules are Python's, with sys.path as pytest's import mode "prepend" leaves it.
#include "coordinator/discovery/rules/import_finder.h"

#include <string>

#include "base/clock.h"
#include "coordinator/discovery/testing/test_tree.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

class ImportFinderTest : public testing::Test {
 protected:
  // "FILE:NAME" of what `origin` means in `file`, or "" if that is uncertain.
  std::string Find(const std::string& file, const std::string& origin, bool by_path = true) {
    ImportFinder imports(store_, by_path);
    const ImportFinder::Found found = imports.Find(tree_.Path(file), origin);
    if (found.binding == nullptr) return "";
    return found.file->path.substr(tree_.root().size() + 1) + ":" + found.binding->name;
  }

  TestTree tree_;
  RealClock clock_;
  FactStore store_{"", 1, clock_};
};

TEST_F(ImportFinderTest, BesideAModuleWithoutAPackage) {
  tree_.Write("tests/shared.py", "class Base: pass\n");
  tree_.Write("tests/test_a.py", "");
  EXPECT_EQ(Find("tests/test_a.py", "shared.Base"), "tests/shared.py:Base");
  EXPECT_EQ(Find("tests/test_a.py", "tests.shared.Base"), "");
  EXPECT_EQ(Find("tests/test_a.py", "shared.Other"), "");
  EXPECT_EQ(Find("tests/test_a.py", "unittest.TestCase"), "");
}

// The directory above the outermost package is on sys.path.
TEST_F(ImportFinderTest, FromAbovePackages) {
  tree_.Write("src/pkg/__init__.py", "class Own: pass\n");
  tree_.Write("src/pkg/sub/__init__.py", "");
  tree_.Write("src/pkg/base.py", "class Base: pass\n");
  tree_.Write("src/pkg/sub/near.py", "class Near: pass\n");
  const std::string file = "src/pkg/sub/test_a.py";
  EXPECT_EQ(Find(file, "pkg.base.Base"), "src/pkg/base.py:Base");
  EXPECT_EQ(Find(file, "pkg.Own"), "src/pkg/__init__.py:Own");
  EXPECT_EQ(Find(file, "near.Near"), "");
  EXPECT_EQ(Find(file, ".near.Near"), "src/pkg/sub/near.py:Near");
  EXPECT_EQ(Find(file, "..base.Base"), "src/pkg/base.py:Base");
  EXPECT_EQ(Find(file, "..Own"), "src/pkg/__init__.py:Own");
}

// Without a package, a relative import has nothing to start from.
TEST_F(ImportFinderTest, RelativeImportsNeedAPackage) {
  tree_.Write("tests/shared.py", "class Base: pass\n");
  EXPECT_EQ(Find("tests/test_a.py", ".shared.Base"), "");
}

// Other import modes do not change sys.path.
TEST_F(ImportFinderTest, OnlyRelativeOnesWithoutThePath) {
  tree_.Write("pkg/__init__.py", "");
  tree_.Write("pkg/base.py", "class Base: pass\n");
  EXPECT_EQ(Find("pkg/test_a.py", "pkg.base.Base", /*by_path=*/false), "");
  EXPECT_EQ(Find("pkg/test_a.py", ".base.Base", /*by_path=*/false), "pkg/base.py:Base");
}

TEST_F(ImportFinderTest, ThroughOtherImports) {
  tree_.Write("base.py", "class Base: pass\n");
  tree_.Write("api.py", "from base import Base as Public\nimport base\n");
  EXPECT_EQ(Find("test_a.py", "api.Public"), "base.py:Base");
  // It is a module, and not a name in one.
  EXPECT_EQ(Find("test_a.py", "api.base"), "");
}

TEST_F(ImportFinderTest, APackageHidesAModule) {
  tree_.Write("both.py", "class A: pass\n");
  tree_.Write("both/__init__.py", "class B: pass\n");
  EXPECT_EQ(Find("test_a.py", "both.B"), "both/__init__.py:B");
  EXPECT_EQ(Find("test_a.py", "both.A"), "");
}

TEST_F(ImportFinderTest, WhatIsNotCertainIsNotFound) {
  tree_.Write("star.py", "from elsewhere import *\nclass A: pass\n");
  tree_.Write("maybe.py", "import sys\nif sys.argv:\n    class A: pass\n");
  tree_.Write("broken.py", "class A: pass\ndef (:\n");
  for (const char* origin : {"star.A", "maybe.A", "broken.A", "none.A", "", ".", "..", "..........A"}) {
    EXPECT_EQ(Find("test_a.py", origin), "") << origin;
  }
}

TEST_F(ImportFinderTest, CirclesEnd) {
  tree_.Write("one.py", "from two import A\n");
  tree_.Write("two.py", "from one import A\n");
  tree_.Write("self.py", "from self import A\n");
  EXPECT_EQ(Find("test_a.py", "one.A"), "");
  EXPECT_EQ(Find("test_a.py", "self.A"), "");
}

}  // namespace
}  // namespace fastest::discovery
