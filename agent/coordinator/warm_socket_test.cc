#include "agent/coordinator/warm_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/testing/test_folder.h"
#include "base/process/unique_fd.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

class WarmSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = folder_.path() + "/a.sock";
    program_ = folder_.path() + "/program";
    std::ofstream(program_) << "1";
  }

  UniqueFd Bind() const {
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }

  const TestFolder folder_;
  std::string path_;
  std::string program_;
};

TEST_F(WarmSocketTest, NamesItsProcessAndLeavesNothing) {
  {
    auto warm = WarmSocket::Claim(path_, program_);
    ASSERT_TRUE(warm.ok()) << warm.status();
    EXPECT_EQ((*warm)->address(), "unix:" + path_);
    const UniqueFd bound = Bind();
    (*warm)->Bound();
    EXPECT_EQ((*warm)->WhyInVain(), "");
    std::ifstream file(folder_.path() + "/a.pid");
    pid_t pid = 0;
    file >> pid;
    EXPECT_EQ(pid, getpid());
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/a.pid"));
}

TEST_F(WarmSocketTest, TakesTheSocketOfOneThatWasKilled) {
  const UniqueFd left = Bind();
  ASSERT_TRUE(WarmSocket::Claim(path_, program_).ok());
}

TEST_F(WarmSocketTest, WaitsInVainWithoutItsSocketOrProgram) {
  auto warm = WarmSocket::Claim(path_, program_);
  ASSERT_TRUE(warm.ok());
  const UniqueFd bound = Bind();
  (*warm)->Bound();
  std::filesystem::remove(program_);
  EXPECT_EQ((*warm)->WhyInVain(), "its program was replaced");
  std::filesystem::remove(path_);
  EXPECT_EQ((*warm)->WhyInVain(), "its socket was removed");
}

TEST_F(WarmSocketTest, LeavesAnothersFilesAlone) {
  auto warm = WarmSocket::Claim(path_, program_);
  ASSERT_TRUE(warm.ok());
  (*warm)->Bound();
  std::filesystem::remove(folder_.path() + "/a.pid");
  std::ofstream(folder_.path() + "/a.pid") << "other";
  const UniqueFd bound = Bind();
  warm->reset();
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/a.pid"));
}

TEST_F(WarmSocketTest, NamesWhatItCannotHave) {
  const auto warm = WarmSocket::Claim(folder_.path() + "/none/a.sock", program_);
  EXPECT_TRUE(absl::IsUnavailable(warm.status()));
  EXPECT_NE(warm.status().message().find("/none/a.pid"), std::string::npos);
}

}  // namespace
}  // namespace fastest::agent
