#include "agent/workers/runner_location.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

class FindRunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/find_runner";
    std::filesystem::remove_all(root_);
  }

  std::string Make(const std::string& folder) {
    const std::string path = root_ + folder;
    std::filesystem::create_directories(path);
    std::ofstream(path + "/__main__.py") << "\n";
    return path;
  }

  std::string root_;
};

TEST_F(FindRunnerTest, WhatIsGivenIsTaken) {
  const std::string given = Make("/elsewhere");
  Make("/bin/fastest_runner");
  EXPECT_EQ(FindRunner(root_ + "/bin/fastest-agent", given).value(), given);
  EXPECT_TRUE(absl::IsNotFound(FindRunner(root_ + "/bin/fastest-agent", root_ + "/nowhere").status()));
}

TEST_F(FindRunnerTest, RunfilesComeFirstThenTheFolderBesideThenThePackageThenTheCheckout) {
  const std::string program = root_ + "/bazel-bin/agent/fastest-agent";
  EXPECT_THAT(std::string(FindRunner(program, "").status().message()), testing::HasSubstr(program + ".runfiles"));
  const std::string checkout = Make("/runner_py/fastest_runner");
  EXPECT_EQ(FindRunner(program, "").value(), checkout);
  const std::string packaged = Make("/bazel-bin/lib/fastest/fastest_runner");
  EXPECT_EQ(FindRunner(program, "").value(), packaged);
  const std::string beside = Make("/bazel-bin/agent/fastest_runner");
  EXPECT_EQ(FindRunner(program, "").value(), beside);
  const std::string runfiles = Make("/bazel-bin/agent/fastest-agent.runfiles/fastest/runner_py/fastest_runner");
  EXPECT_EQ(FindRunner(program, "").value(), runfiles);
}

TEST_F(FindRunnerTest, AProgramInTheRootFolderIsNoTrouble) {
  EXPECT_TRUE(absl::IsNotFound(FindRunner("/fastest-agent-of-no-checkout", "").status()));
}

}  // namespace
}  // namespace fastest::agent
