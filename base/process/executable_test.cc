#include "base/process/executable.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

class FindProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/find_program";
    mkdir(root_.c_str(), 0700);
    for (const char* folder : {"/a", "/b"}) mkdir((root_ + folder).c_str(), 0700);
    mkdir((root_ + "/a/folder").c_str(), 0700);
    Write("/a/plain", 0600);
    Write("/b/tool", 0700);
    Write("/b/plain", 0700);
    Write("/b/folder", 0700);
  }

  void Write(const std::string& name, mode_t mode) {
    std::ofstream(root_ + name) << "#!/bin/sh\n";
    chmod((root_ + name).c_str(), mode);
  }

  std::string Path() const { return root_ + "/a:" + root_ + "/none:" + root_ + "/b"; }

  std::string root_;
};

TEST_F(FindProgramTest, TakesTheFirstThatMayBeRun) {
  EXPECT_EQ(FindProgram("tool", Path()).value(), root_ + "/b/tool");
  EXPECT_EQ(FindProgram("plain", Path()).value(), root_ + "/b/plain");
  EXPECT_EQ(FindProgram("folder", Path()).value(), root_ + "/b/folder");
}

TEST_F(FindProgramTest, ASlashMeansNoSearch) {
  EXPECT_EQ(FindProgram(root_ + "/b/tool", "").value(), root_ + "/b/tool");
  EXPECT_TRUE(absl::IsPermissionDenied(FindProgram(root_ + "/a/folder", "").status()));
}

TEST_F(FindProgramTest, SaysWhatIsMissing) {
  const absl::Status status = FindProgram("no-such-tool", Path()).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(status.message(), "no such program: no-such-tool");
  EXPECT_TRUE(absl::IsNotFound(FindProgram("", Path()).status()));
}

TEST(OwnExecutableTest, IsThisTest) {
  const std::string own = OwnExecutable().value();
  EXPECT_EQ(own.front(), '/');
  EXPECT_NE(own.find("executable_test"), std::string::npos);
}

}  // namespace
}  // namespace fastest
