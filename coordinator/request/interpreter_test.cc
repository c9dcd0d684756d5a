#include "coordinator/request/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InterpreterTest : public RequestFixture {
 protected:
  InterpreterTest() {
    std::string pattern = testing::TempDir() + "/venv_XXXXXX";
    root_ = mkdtemp(pattern.data());
    project_.rootdir = root_;
    project_.inifile = root_ + "/a/b/pytest.ini";
  }

  static void Write(const std::string& file) {
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file) << "";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
  static void MakeEnvironment(const std::string& folder) { Write(folder + "/bin/python"); }

  Interpreter Found(const std::vector<std::string>& args = {}) const {
    const options::CommandLine line = Typed(args);
    return FindInterpreter(ValueReader(line, invocation_), project_, invocation_);
  }
  std::string Python(const std::vector<std::string>& args = {}) const { return Found(args).python; }

  std::string root_;
};

TEST_F(InterpreterTest, TheProjectsOwnEnvironmentIsTheInterpreter) {
  EXPECT_EQ(Python(), "python3");
  std::filesystem::create_directories(root_ + "/a/b/.venv/bin");
  EXPECT_EQ(Python(), "python3") << "there is no interpreter in it";
  MakeEnvironment(root_ + "/venv");
  EXPECT_EQ(Python(), root_ + "/venv/bin/python");
  MakeEnvironment(root_ + "/a/.venv");
  EXPECT_EQ(Python(), root_ + "/a/.venv/bin/python");
  MakeEnvironment(root_ + "/a/b/venv");
  EXPECT_EQ(Python(), root_ + "/a/b/venv/bin/python");
  MakeEnvironment(root_ + "/a/b/.venv");
  EXPECT_EQ(Python(), root_ + "/a/b/.venv/bin/python");
  project_.inifile.clear();
  EXPECT_EQ(Python(), root_ + "/venv/bin/python");
  environment_["VIRTUAL_ENV"] = "/active";
  EXPECT_EQ(Python(), "/active/bin/python");
  EXPECT_EQ(Python({"--python", "python3.12"}), "python3.12");
  EXPECT_THAT(Found().looked_at, IsEmpty());
}

TEST_F(InterpreterTest, CondasEnvironmentIsActiveUnlessItIsTheBase) {
  environment_["CONDA_PREFIX"] = "/conda";
  MakeEnvironment(root_ + "/.venv");
  EXPECT_EQ(Python(), "/conda/bin/python");
  environment_["CONDA_DEFAULT_ENV"] = "base";
  EXPECT_EQ(Python(), root_ + "/.venv/bin/python");
  std::filesystem::remove_all(root_ + "/.venv");
  EXPECT_EQ(Python(), "/conda/bin/python");
  environment_["VIRTUAL_ENV"] = "/active";
  EXPECT_EQ(Python(), "/active/bin/python");
}

TEST_F(InterpreterTest, TheEnvironmentOfThisProgramCountsIfItHasPytest) {
  invocation_.own_environment = root_ + "/tool";
  MakeEnvironment(root_ + "/tool");
  Write(root_ + "/tool/lib/python3.11/site-packages/fastest/__init__.py");
  EXPECT_EQ(Python(), "python3");
  Write(root_ + "/tool/lib/python3.11/site-packages/pytest/__init__.py");
  EXPECT_EQ(Python(), root_ + "/tool/bin/python");
  MakeEnvironment(root_ + "/.venv");
  EXPECT_EQ(Python(), root_ + "/.venv/bin/python");
}

TEST_F(InterpreterTest, WhatWasLookedAtIsSaid) {
  EXPECT_EQ(Found().looked_at, "no environment is active (VIRTUAL_ENV, CONDA_PREFIX), there is no .venv or venv in " +
                                   root_ + "/a/b or above, up to " + root_);
  project_.inifile.clear();
  invocation_.own_environment = "/tools/fastest";
  EXPECT_THAT(Found().looked_at,
              HasSubstr("in " + root_ + ", and no pytest in /tools/fastest, where this program is installed"));
}

TEST_F(InterpreterTest, AnEnvironmentHasAMark) {
  MakeEnvironment(root_ + "/e");
  EXPECT_THAT(EnvironmentOf(root_ + "/e/bin/fastest"), IsEmpty());
  Write(root_ + "/e/pyvenv.cfg");
  EXPECT_EQ(EnvironmentOf(root_ + "/e/bin/fastest"), root_ + "/e");
  std::filesystem::create_directories(root_ + "/c/conda-meta");
  EXPECT_EQ(EnvironmentOf(root_ + "/c/bin/fastest"), root_ + "/c");
  EXPECT_THAT(EnvironmentOf("/fastest"), IsEmpty());
}

}  // namespace
}  // namespace fastest::request
