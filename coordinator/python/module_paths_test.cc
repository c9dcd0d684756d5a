#include "coordinator/python/module_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace fastest::python {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The rules are those of pytest's search for what --pyargs names: importlib.util.find_spec, with the ini option
// pythonpath in front.
class ModulePathsTest : public testing::Test {
 protected:
  ModulePathsTest() {
    std::string pattern = testing::TempDir() + "/modules_XXXXXX";
    root_ = std::filesystem::canonical(mkdtemp(pattern.data())).string();
    project_.rootdir = root_;
    project_.inifile = root_ + "/pytest.ini";
    project_.ini["pythonpath"] = "src";
    for (const char* file : {"src/pkg/__init__.py", "src/pkg/tests/__init__.py", "src/pkg/tests/test_a.py",
                             "src/bare/test_b.py", "plain/test_c.py"}) {
      std::filesystem::create_directories(std::filesystem::path(root_ + "/" + file).parent_path());
      std::ofstream(root_ + "/" + file) << "";
    }
  }

  absl::StatusOr<std::vector<std::string>> Paths(const std::vector<std::string>& names, bool skip_missing = false) {
    return PathsOfModules({"python3", as_module_}, project_, root_, names, skip_missing);
  }

  bool as_module_ = false;
  std::string root_;
  discovery::ProjectConfig project_;
};

TEST_F(ModulePathsTest, PackagesAreDirectoriesAndModulesFiles) {
  const auto paths = Paths({"pkg", "pkg.tests.test_a::test_x[a::b]", "plain"});
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_THAT(*paths, ElementsAre(root_ + "/src/pkg", root_ + "/src/pkg/tests/test_a.py::test_x[a::b]", "plain"));
}

TEST_F(ModulePathsTest, TheWorkingDirectoryCountsIfPytestRunsAsAModule) {
  std::ofstream(root_ + "/test_here.py") << "";
  EXPECT_EQ(std::string(Paths({"test_here"}).status().message()),
            "module or package not found: test_here (missing __init__.py?)");
  as_module_ = true;
  const auto paths = Paths({"test_here"});
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_THAT(*paths, ElementsAre(root_ + "/test_here.py"));
}

TEST_F(ModulePathsTest, PackagesWithoutInitCountIfTheProjectSaysSo) {
  EXPECT_EQ(std::string(Paths({"bare"}).status().message()),
            "module or package not found: bare (missing __init__.py?)");
  project_.ini["consider_namespace_packages"] = "true";
  const auto paths = Paths({"bare"});
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_THAT(*paths, ElementsAre(root_ + "/src/bare"));
}

TEST_F(ModulePathsTest, WhatIsNeitherModuleNorPathIsNamed) {
  EXPECT_EQ(std::string(Paths({"pkg.none::test_x"}).status().message()),
            "module or package not found: pkg.none::test_x (missing __init__.py?)");
  EXPECT_EQ(std::string(Paths({"pkg::test_x"}).status().message()),
            "package argument cannot contain :: selection parts: pkg::test_x");
  const auto paths = Paths({"3", "pkg.tests"}, /*skip_missing=*/true);
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_THAT(*paths, ElementsAre(root_ + "/src/pkg/tests"));
}

TEST_F(ModulePathsTest, AnInterpreterThatIsNotThereIsNamed) {
  const auto paths = PathsOfModules({"/no/python"}, project_, root_, {"pkg"}, false);
  EXPECT_THAT(std::string(paths.status().message()), HasSubstr("/no/python"));
}

}  // namespace
}  // namespace fastest::python
