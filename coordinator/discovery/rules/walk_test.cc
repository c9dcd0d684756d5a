// Which files pytest collects below a directory, and in which order. The expected results are what `pytest
// --collect-only` prints.
#include "coordinator/discovery/rules/walk.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "coordinator/discovery/discovery.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/testing/test_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WalkTest : public testing::Test {
 protected:
  void WriteAll(const std::vector<std::string>& names) {
    for (const std::string& name : names) tree_.Write(name, "def test(): pass\n");
  }

  // The modules found with these arguments. A "?" follows those that a conftest file may ignore.
  std::vector<std::string> Walk(std::vector<std::string> args = {}) {
    const auto project = FindProject({tree_.root(), args, "", "", {}});
    EXPECT_TRUE(project.ok()) << project.status();
    options_.args = std::move(args);
    options_.invocation_dir = tree_.root();
    const CollectionOptions collection = CollectionOptionsOf(*project, options_);
    const auto arguments = ResolveArguments(*project, options_, /*keep_duplicates=*/false);
    EXPECT_TRUE(arguments.ok()) << arguments.status();
    RealClock clock;
    FactStore store("", 1, clock);
    Conftests conftests(store, project->rootdir, collection.confcutdir, true);
    Walker walker(*project, collection, *arguments, conftests);
    std::vector<std::string> found;
    for (const Argument& argument : *arguments) {
      if (!argument.is_directory) continue;
      for (const WalkedFile& file : walker.Walk(argument.path)) {
        found.push_back(std::string(RelativePath(file.path, tree_.root())) + (file.maybe_ignored ? "?" : ""));
      }
    }
    open_reasons_ = walker.open_reasons();
    return found;
  }

  TestTree tree_;
  DiscoveryOptions options_;
  std::vector<std::string> open_reasons_;
};

// By name, files and directories mixed. The __init__.py of a package would come first if it looked like a test file.
TEST_F(WalkTest, ByNameFilesAndDirectoriesMixed) {
  WriteAll({"test_c.py", "b/test_x.py", "test_a.py", "d/test_y.py", "Z/test_z.py", "test_b/test_q.py", "x_test.py",
            "conftest.py"});
  EXPECT_THAT(Walk(), ElementsAre("Z/test_z.py", "b/test_x.py", "d/test_y.py", "test_a.py", "test_b/test_q.py",
                                  "test_c.py", "x_test.py"));
}

TEST_F(WalkTest, InitFilesComeFirstInPackages) {
  tree_.Write("pytest.ini", "[pytest]\npython_files = *.py\n");
  WriteAll({"pkg/__init__.py", "pkg/A.py", "pkg/test_b.py", "plain/A.py"});
  EXPECT_THAT(Walk(), ElementsAre("pkg/__init__.py", "pkg/A.py", "pkg/test_b.py", "plain/A.py"));
}

// The defaults of norecursedirs, virtual environments and __pycache__.
TEST_F(WalkTest, DirectoriesThatAreNotEntered) {
  WriteAll({".hidden/test_a.py", "build/test_a.py", "dist/test_a.py", "node_modules/test_a.py", "x.egg/test_a.py",
            "venv/test_a.py", "CVS/test_a.py", "__pycache__/test_a.py", "env/test_a.py", "env/pyvenv.cfg",
            "builds/test_a.py"});
  EXPECT_THAT(Walk(), ElementsAre("builds/test_a.py"));
  // If they are named, they are entered.
  EXPECT_THAT(Walk({"build", ".hidden", "env"}), ElementsAre("build/test_a.py", ".hidden/test_a.py", "env/test_a.py"));
}

TEST_F(WalkTest, PatternsOfFileNames) {
  tree_.Write("pytest.ini", "[pytest]\npython_files = check_*.py sub/*_spec.py\nnorecursedirs = no*\n");
  WriteAll({"check_a.py", "test_b.py", "sub/c_spec.py", "d_spec.py", "nothing/check_e.py", "build/check_f.py"});
  EXPECT_THAT(Walk(), ElementsAre("build/check_f.py", "check_a.py", "sub/c_spec.py"));
}

TEST_F(WalkTest, IgnoredByOptions) {
  WriteAll({"a/test_a.py", "a/test_b.py", "b/test_c.py", "c/test_d.py"});
  options_.ignore = {"a/test_a.py", "b"};
  options_.ignore_glob = {"*_d.py"};
  EXPECT_THAT(Walk(), ElementsAre("a/test_b.py"));
  // A named file is not ignored.
  EXPECT_THAT(Walk({"b"}), ElementsAre("b/test_c.py"));
}

TEST_F(WalkTest, IgnoredByConftestFiles) {
  tree_.Write("conftest.py", "import sys\ncollect_ignore = ['b']\nif sys.argv:\n    collect_ignore.append('c')\n");
  WriteAll({"a/test_a.py", "b/test_b.py", "c/test_c.py"});
  EXPECT_THAT(Walk(), ElementsAre("a/test_a.py", "c/test_c.py?"));
}

// Links are followed, but not in a circle.
TEST_F(WalkTest, Links) {
  WriteAll({"real/test_a.py"});
  std::filesystem::create_directory_symlink("real", tree_.Path("link"));
  std::filesystem::create_directory_symlink("..", tree_.Path("real/up"));
  std::filesystem::create_symlink("nowhere", tree_.Path("test_dangling.py"));
  EXPECT_THAT(Walk(), ElementsAre("link/test_a.py", "real/test_a.py"));
  EXPECT_THAT(open_reasons_,
              ElementsAre(HasSubstr("link/up leads in a circle"), HasSubstr("real/up leads in a circle")));
}

// Files that are not regular files do not count.
TEST_F(WalkTest, OddThings) {
  WriteAll({"test_a.py"});
  ASSERT_EQ(mkfifo(tree_.Path("test_fifo.py").c_str(), 0600), 0);
  std::filesystem::create_directory(tree_.Path("test_directory.py"));
  EXPECT_THAT(Walk(), ElementsAre("test_a.py"));
  EXPECT_THAT(open_reasons_, IsEmpty());
}

// test*.txt with examples are doctests, unless the plugin is switched off.
TEST_F(WalkTest, Doctests) {
  tree_.Write("test_a.txt", ">>> 1\n1\n");
  tree_.Write("test_b.txt", "nothing\n");
  tree_.Write("notes.txt", ">>> 1\n1\n");
  EXPECT_THAT(Walk(), ElementsAre("test_a.txt"));
  options_.words = {"-p", "no:doctest"};
  EXPECT_THAT(Walk(), IsEmpty());
}

}  // namespace
}  // namespace fastest::discovery
