#include "base/regular_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace fastest {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RegularFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/regular_file_test_XXXXXX";
    root_ = mkdtemp(pattern.data());
    fs::create_directories(root_ + "/checkout/sub");
    Write("outside", "secret");
    Write("checkout/sub/a.py", "inside");
    ASSERT_EQ(mkfifo((root_ + "/checkout/pipe").c_str(), 0600), 0);
    fs::create_symlink("sub/a.py", root_ + "/checkout/inner");
    fs::create_symlink("../outside", root_ + "/checkout/up");
    fs::create_symlink(root_ + "/outside", root_ + "/checkout/absolute");
    fs::create_directory_symlink("..", root_ + "/checkout/parent");
    fs::create_symlink("loop", root_ + "/checkout/loop");
  }
  void TearDown() override { fs::remove_all(root_); }
  void Write(const std::string& path, const std::string& text) const { std::ofstream(root_ + "/" + path) << text; }
  absl::StatusOr<std::string> Read(const std::string& path) const {
    const auto file = RegularFile::OpenBelow(root_ + "/checkout", path);
    return file.ok() ? file->Read() : file.status();
  }

  std::string root_;
};

TEST_F(RegularFileTest, ReadsWhatLiesBelowTheFolder) {
  EXPECT_EQ(Read("sub/a.py").value(), "inside");
  EXPECT_EQ(Read("./sub//a.py").value(), "inside");
  EXPECT_EQ(Read("inner").value(), "inside");
  EXPECT_TRUE(absl::IsNotFound(Read("none").status()));
  EXPECT_TRUE(absl::IsNotFound(Read("sub/a.py/more").status()));
}

TEST_F(RegularFileTest, NothingLeadsOut) {
  for (const char* path : {"", "/", "/etc/shadow", "/dev/zero", "../outside", "sub/../../outside", "sub/../sub/a.py",
                           "..", "up", "absolute", "parent/outside", "parent/checkout/sub/a.py", "loop"}) {
    const absl::Status status = Read(path).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << path << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("leads out of")) << path;
  }
}

TEST_F(RegularFileTest, WhatIsNoFileIsRefusedAtOnce) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Read("pipe").status())) << Read("pipe").status();
  EXPECT_TRUE(absl::IsUnavailable(Read("sub").status())) << Read("sub").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadRegularFile("/dev/zero").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadRegularFile("/dev/null").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadRegularFile(root_ + "/checkout/pipe").status()));
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, (root_ + "/checkout/s").c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(Read("s").status())) << Read("s").status();
  close(listener);
}

TEST_F(RegularFileTest, SizesAreBounded) {
  Write("checkout/large", std::string(1000, 'x'));
  const auto file = RegularFile::OpenBelow(root_ + "/checkout", "large");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->Read(1000)->size(), 1000u);
  EXPECT_TRUE(absl::IsResourceExhausted(file->Read(999).status()));
  // Its size is not known before it is read.
  EXPECT_FALSE(ReadRegularFile("/proc/self/status")->empty());
  EXPECT_TRUE(absl::IsResourceExhausted(ReadRegularFile("/proc/self/status", 10).status()));
}

TEST_F(RegularFileTest, AFileOutsideMayBeReadByItsOwnPath) {
  EXPECT_EQ(ReadRegularFile(root_ + "/checkout/up").value(), "secret");
  EXPECT_TRUE(absl::IsNotFound(ReadRegularFile(root_ + "/none").status()));
}

}  // namespace
}  // namespace fastest
