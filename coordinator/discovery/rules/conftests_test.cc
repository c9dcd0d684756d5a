// What conftest files say about collecting. The rules are those of pytest: each holds for its directory and all below it, the
// nearest list of files to ignore counts, and none above confcutdir is looked at.
#include "coordinator/discovery/rules/conftests.h"

#include <string>
#include <vector>

#include "base/clock.h"
#include "coordinator/discovery/testing/test_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Verdict = Conftests::Verdict;

class ConftestsTest : public testing::Test {
 protected:
  Conftests Open(const std::string& confcutdir = "", bool enabled = true) {
    return Conftests(store_, tree_.root(), tree_.Path(confcutdir), enabled);
  }

  std::vector<std::string> ChainOf(Conftests& conftests, const std::string& directory) {
    std::vector<std::string> names;
    for (const Conftests::Conftest* const conftest : conftests.ChainOf(tree_.Path(directory)))
      names.push_back(conftest->level.origin());
    return names;
  }

  Verdict Ignores(Conftests& conftests, const std::string& directory, const std::string& name) {
    return conftests.Ignores(tree_.Path(directory), tree_.Path(directory.empty() ? name : directory + "/" + name));
  }

  TestTree tree_;
  RealClock clock_;
  FactStore store_{"", 1, clock_};
};

TEST_F(ConftestsTest, FromTheOutermostToTheNearest) {
  tree_.Write("conftest.py", "");
  tree_.Write("a/b/conftest.py", "");
  tree_.Write("c/conftest.py", "");
  Conftests conftests = Open();
  EXPECT_THAT(ChainOf(conftests, "a/b"), ElementsAre("conftest.py", "a/b/conftest.py"));
  EXPECT_THAT(ChainOf(conftests, "a"), ElementsAre("conftest.py"));
  EXPECT_THAT(ChainOf(conftests, "c"), ElementsAre("conftest.py", "c/conftest.py"));
}

TEST_F(ConftestsTest, NoneAboveTheCutAndNoneIfSwitchedOff) {
  tree_.Write("conftest.py", "");
  tree_.Write("a/conftest.py", "");
  tree_.Write("a/b/conftest.py", "");
  Conftests cut = Open("a");
  EXPECT_THAT(ChainOf(cut, "a/b"), ElementsAre("a/conftest.py", "a/b/conftest.py"));
  Conftests off = Open("", /*enabled=*/false);
  EXPECT_THAT(ChainOf(off, "a/b"), IsEmpty());
}

TEST_F(ConftestsTest, NamesToIgnore) {
  tree_.Write("conftest.py", "collect_ignore = ['setup.py', 'a/test_x.py']\ncollect_ignore_glob = ['*_old.py']\n");
  Conftests conftests = Open();
  EXPECT_EQ(Ignores(conftests, "", "setup.py"), Verdict::kYes);
  EXPECT_EQ(Ignores(conftests, "a", "test_x.py"), Verdict::kYes);
  EXPECT_EQ(Ignores(conftests, "a", "setup.py"), Verdict::kNo);
  // A star of these patterns goes over directories.
  EXPECT_EQ(Ignores(conftests, "a/b", "test_old.py"), Verdict::kYes);
  EXPECT_EQ(Ignores(conftests, "a", "test_new.py"), Verdict::kNo);
}

// The nearest conftest file that has the list hides those further out.
TEST_F(ConftestsTest, TheNearestListCounts) {
  tree_.Write("conftest.py", "collect_ignore = ['a/test_x.py']\ncollect_ignore_glob = ['*_old.py']\n");
  tree_.Write("a/conftest.py", "collect_ignore = ['test_y.py']\n");
  Conftests conftests = Open();
  EXPECT_EQ(Ignores(conftests, "a", "test_x.py"), Verdict::kNo);
  EXPECT_EQ(Ignores(conftests, "a", "test_y.py"), Verdict::kYes);
  EXPECT_EQ(Ignores(conftests, "a", "test_old.py"), Verdict::kYes);
}

TEST_F(ConftestsTest, UnderAConditionItIsNotCertain) {
  tree_.Write(
      "conftest.py",
      "import sys\ncollect_ignore = ['a.py']\nif sys.version_info < (3, 20):\n    collect_ignore.append('b.py')\n"
      "collect_ignore += ['c.py']\n");
  Conftests conftests = Open();
  EXPECT_EQ(Ignores(conftests, "", "a.py"), Verdict::kYes);
  EXPECT_EQ(Ignores(conftests, "", "b.py"), Verdict::kMaybe);
  EXPECT_EQ(Ignores(conftests, "", "c.py"), Verdict::kYes);
  EXPECT_THAT(conftests.open_reasons(), IsEmpty());
}

TEST_F(ConftestsTest, SaysWhatMakesTheCollectionUncertain) {
  tree_.Write("conftest.py", "import helpers\ncollect_ignore = helpers.all()\n");
  tree_.Write("a/conftest.py", "def pytest_collection_modifyitems(items): pass\npytest_plugins = ['x']\n");
  tree_.Write("b/conftest.py", "def broken(:\n");
  Conftests conftests = Open();
  conftests.ChainOf(tree_.Path("a"));
  conftests.ChainOf(tree_.Path("b"));
  EXPECT_THAT(
      conftests.open_reasons(),
      ElementsAre("conftest.py computes collect_ignore", "a/conftest.py implements pytest_collection_modifyitems",
                  "a/conftest.py loads plugins: pytest_plugins", testing::StartsWith("b/conftest.py: ")));
}

// These are said of each test that they concern.
TEST_F(ConftestsTest, HooksThatConcernTestsBelow) {
  tree_.Write("a/conftest.py",
              "import pytest\ndef pytest_generate_tests(metafunc): pass\n@pytest.fixture\ndef f(): pass\n");
  tree_.Write("a/b/conftest.py", "def pytest_make_parametrize_id(config, val, argname): pass\n");
  Conftests conftests = Open();
  EXPECT_EQ(conftests.ContextOf(tree_.root()).open_reason, "");
  const ModuleContext& below = conftests.ContextOf(tree_.Path("a/b"));
  EXPECT_EQ(below.open_reason, "a/conftest.py implements pytest_generate_tests");
  EXPECT_EQ(below.parametrize_reason, "a/b/conftest.py implements pytest_make_parametrize_id");
  ASSERT_EQ(below.levels.size(), 2u);
  EXPECT_NE(below.levels[0]->Find("f"), nullptr);
  EXPECT_THAT(conftests.open_reasons(), IsEmpty());
}

}  // namespace
}  // namespace fastest::discovery
