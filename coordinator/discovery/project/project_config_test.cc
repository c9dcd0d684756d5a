#include "coordinator/discovery/project/project_config.h"

#include <string>
#include <utility>
#include <vector>

#include "coordinator/discovery/testing/test_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ProjectOptions In(const std::string& directory, std::vector<std::string> args = {}) {
  ProjectOptions options;
  options.invocation_dir = directory;
  options.args = std::move(args);
  return options;
}

TEST(FindProject, DefaultsArePytests) {
  TestTree tree;
  tree.Write("setup.py", "");
  const auto project = FindProject(In(tree.root()));
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->rootdir, tree.root());
  EXPECT_EQ(project->inifile, "");
  EXPECT_THAT(project->python_files, ElementsAre("test_*.py", "*_test.py"));
  EXPECT_THAT(project->norecursedirs,
              ElementsAre("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"));
  EXPECT_THAT(project->testpaths, IsEmpty());
}

TEST(FindProject, ReadsEachKindOfFile) {
  const std::pair<const char*, const char*> cases[] = {
      {"pytest.ini", "[pytest]\npython_functions = check \"a b\"\n"},
      {".pytest.ini", "[pytest]\npython_functions = check \"a b\"\n"},
      {"tox.ini", "[tox]\nx=1\n[pytest]\npython_functions = check \"a b\"\n"},
      {"setup.cfg", "[metadata]\nname=x\n[tool:pytest]\npython_functions = check \"a b\"\n"},
      {"pyproject.toml", "[tool.pytest.ini_options]\npython_functions = ['check', 'a b']\n"},
      {"pyproject.toml", "[tool.pytest.ini_options]\npython_functions = 'check \"a b\"'\n"},
      {"pyproject.toml", "[tool.pytest]\npython_functions = ['check', 'a b']\n"},
      {"pytest.toml", "[pytest]\npython_functions = ['check', 'a b']\n"},
      {".pytest.toml", "[pytest]\npython_functions = ['check', 'a b']\n"},
  };
  for (const auto& [name, text] : cases) {
    TestTree tree;
    const std::string file = tree.Write(name, text);
    tree.Write("deep/er/test_a.py", "");
    const auto project = FindProject(In(tree.Path("deep/er")));
    ASSERT_TRUE(project.ok()) << project.status();
    EXPECT_EQ(project->inifile, file);
    EXPECT_EQ(project->rootdir, tree.root());
    EXPECT_THAT(project->python_functions, ElementsAre("check", "a b")) << name;
  }
}

TEST(FindProject, TheNearestFileWithSomethingForPytestWins) {
  TestTree tree;
  tree.Write("pytest.ini", "[pytest]\naddopts = -q\n");
  tree.Write("sub/tox.ini", "[tox]\n");
  tree.Write("sub/pyproject.toml", "[tool.black]\n");
  auto project = FindProject(In(tree.Path("sub")));
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->inifile, tree.Path("pytest.ini"));
  EXPECT_THAT(project->addopts, ElementsAre("-q"));

  // It is empty, but its name makes it pytest's.
  tree.Write("sub/pytest.ini", "");
  project = FindProject(In(tree.Path("sub")));
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->inifile, tree.Path("sub/pytest.ini"));
  EXPECT_THAT(project->addopts, IsEmpty());
}

TEST(FindProject, AnyPyprojectMarksTheRootIfNothingElseDoes) {
  TestTree tree;
  tree.Write("pyproject.toml", "[tool.black]\n");
  tree.Write("sub/test_a.py", "");
  const auto project = FindProject(In(tree.Path("sub")));
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->rootdir, tree.root());
  EXPECT_EQ(project->inifile, tree.Path("pyproject.toml"));
}

TEST(FindProject, ArgumentsLeadToTheRoot) {
  TestTree tree;
  tree.Write("one/tox.ini", "[pytest]\n");
  tree.Write("one/tests/test_a.py", "");
  tree.Write("two/setup.py", "");
  tree.Write("two/tests/test_b.py", "");
  auto project = FindProject(In(tree.root(), {"one/tests/test_a.py::TestA::test_b[x::y]"}));
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->rootdir, tree.Path("one"));
  project = FindProject(In(tree.root(), {"two/tests"}));
  EXPECT_EQ(project->rootdir, tree.Path("two"));
  EXPECT_EQ(project->inifile, "");
  // There is nothing above the common directory, so each argument is tried.
  project = FindProject(In(tree.root(), {"two/tests", "one/tests", "not/there"}));
  EXPECT_EQ(project->rootdir, tree.Path("one"));
}

TEST(FindProject, OptionsOverrule) {
  TestTree tree;
  tree.Write("pytest.ini", "[pytest]\ntestpaths = a\n");
  tree.Write("other/my.cfg", "[tool:pytest]\ntestpaths = b\n");
  ProjectOptions options = In(tree.root());
  options.config_file = "other/my.cfg";
  options.override_ini = {"python_files=x.py y.py", "python_files=z.py"};
  auto project = FindProject(options);
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->rootdir, tree.Path("other"));
  EXPECT_THAT(project->testpaths, ElementsAre("b"));
  EXPECT_THAT(project->python_files, ElementsAre("z.py"));
  EXPECT_EQ(project->ini.at("testpaths"), "b");
  options.rootdir = "other/..";
  project = FindProject(options);
  EXPECT_EQ(project->rootdir, tree.root());

  options = In(tree.root());
  options.config_file = "/dev/null";
  project = FindProject(options);
  ASSERT_TRUE(project.ok());
  EXPECT_EQ(project->rootdir, tree.root());
  EXPECT_THAT(project->testpaths, IsEmpty());
}

TEST(FindProject, SaysWhichFileIsBroken) {
  const std::pair<const char*, std::pair<const char*, const char*>> cases[] = {
      {"pytest.ini", {"[pytest\n", "pytest.ini:1: "}},
      {"pytest.ini", {"[pytest]\naddopts = \"x\n", "'addopts' can't be split"}},
      {"pyproject.toml", {"[tool.pytest.ini_options]\nx = [\n", "pyproject.toml:2: "}},
      {"pyproject.toml", {"[tool.pytest]\naddopts = '-q'\n", "expects a list"}},
      {"pyproject.toml", {"[tool.pytest]\na = 1\n[tool.pytest.ini_options]\nb = '1'\n", "keep one"}},
      {"pytest.toml", {"x = 1\n", "[pytest] table"}},
      {"setup.cfg", {"[pytest]\n", "change to [tool:pytest]"}},
  };
  for (const auto& [name, expected] : cases) {
    TestTree tree;
    tree.Write(name, expected.first);
    const auto project = FindProject(In(tree.root()));
    ASSERT_FALSE(project.ok()) << name;
    EXPECT_EQ(project.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(project.status().message()), HasSubstr(expected.second));
    EXPECT_THAT(std::string(project.status().message()), HasSubstr(name));
  }
}

TEST(FindProject, SaysWhatIsNotThere) {
  TestTree tree;
  ProjectOptions options = In(tree.root());
  options.rootdir = "none";
  EXPECT_EQ(FindProject(options).status().code(), absl::StatusCode::kNotFound);
  options = In(tree.root());
  options.config_file = "none.ini";
  EXPECT_EQ(FindProject(options).status().code(), absl::StatusCode::kNotFound);
  options = In(tree.root());
  options.override_ini = {"nothing"};
  EXPECT_EQ(FindProject(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace fastest::discovery
