#include "coordinator/python/auto_workers.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace fastest::python {
namespace {

constexpr char kWithHook[] = "def pytest_xdist_auto_num_workers(config):\n    return 3\n";

// Whether the text is found. What pytest makes of the hook is shown by tests/e2e/run/test_workers.py.
class MentionsAutoWorkersTest : public testing::Test {
 protected:
  MentionsAutoWorkersTest() {
    std::string pattern = testing::TempDir() + "/hook_XXXXXX";
    root_ = std::filesystem::canonical(mkdtemp(pattern.data())).string();
    project_.rootdir = root_;
    question_.invocation_dir = root_;
    question_.python = root_ + "/bin/python";
  }

  void Write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + file).parent_path());
    std::ofstream(root_ + "/" + file) << text;
  }
  bool Found() const { return MentionsAutoWorkers(project_, question_); }

  std::string root_;
  discovery::ProjectConfig project_;
  AutoWorkersQuestion question_;
};

TEST_F(MentionsAutoWorkersTest, NowhereInAPlainProject) {
  Write("conftest.py", "import os\n");
  EXPECT_FALSE(Found());
}

TEST_F(MentionsAutoWorkersTest, InAConftestOfTheStart) {
  for (const char* file : {"conftest.py", "tests/conftest.py"}) {
    Write(file, kWithHook);
    EXPECT_TRUE(Found()) << file;
    std::filesystem::remove(root_ + "/" + file);
    EXPECT_FALSE(Found()) << file;
  }
}

TEST_F(MentionsAutoWorkersTest, InAndAboveThePathsThatAreGiven) {
  Write("a/conftest.py", kWithHook);
  Write("a/b/test_x.py", "");
  EXPECT_FALSE(Found());
  question_.paths = {"a/b/test_x.py::test_1"};
  EXPECT_TRUE(Found());
  question_.paths.clear();
  project_.testpaths = {"a"};
  EXPECT_TRUE(Found());
}

TEST_F(MentionsAutoWorkersTest, InAPluginOfTheProject) {
  Write("lib/mine/plugin.py", kWithHook);
  question_.plugins = {"mine.plugin"};
  EXPECT_FALSE(Found());
  project_.ini["pythonpath"] = "lib";
  EXPECT_TRUE(Found());
  question_.plugins.clear();
  EXPECT_FALSE(Found());
  Write("conftest.py", "pytest_plugins = ['other', \"mine.plugin\"]\n");
  EXPECT_TRUE(Found());
}

TEST_F(MentionsAutoWorkersTest, InAPluginThatIsInstalled) {
  Write("bin/python", "");
  std::filesystem::permissions(root_ + "/bin/python", std::filesystem::perms::owner_all);
  Write("lib/python3.9/site-packages/xdist/plugin.py", kWithHook);
  Write("lib/python3.9/site-packages/pytest_xdist-3.dist-info/entry_points.txt", "[pytest11]\nxdist = xdist.plugin\n");
  EXPECT_FALSE(Found()) << "xdist itself has the hook";
  Write("lib/python3.9/site-packages/own/__init__.py", kWithHook);
  Write("lib/python3.9/site-packages/own-1.dist-info/entry_points.txt", "[console_scripts]\nown = own:main\n");
  EXPECT_FALSE(Found());
  Write("lib/python3.9/site-packages/own-1.dist-info/entry_points.txt", "[x]\na = b\n[pytest11]\nown = own\n");
  EXPECT_TRUE(Found());
}

}  // namespace
}  // namespace fastest::python
