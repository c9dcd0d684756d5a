#include "base/process/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "gtest/gtest.h"

namespace fastest {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

class UniqueFdTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    first_ = ends[0];
    second_ = ends[1];
  }

  int first_ = -1;
  int second_ = -1;
};

TEST_F(UniqueFdTest, ClosesWhatItOwns) {
  {
    UniqueFd first(first_);
    UniqueFd second(second_);
    EXPECT_TRUE(first.valid());
    EXPECT_EQ(second.get(), second_);
  }
  EXPECT_FALSE(IsOpen(first_));
  EXPECT_FALSE(IsOpen(second_));
}

TEST_F(UniqueFdTest, MovingLeavesOneOwner) {
  UniqueFd first(first_);
  UniqueFd second(second_);
  first = std::move(second);
  EXPECT_FALSE(IsOpen(first_));
  EXPECT_TRUE(IsOpen(second_));
  EXPECT_EQ(first.get(), second_);

  UniqueFd third(std::move(first));
  EXPECT_EQ(third.get(), second_);
  third.reset();
  EXPECT_FALSE(third.valid());
  EXPECT_FALSE(IsOpen(second_));
}

TEST_F(UniqueFdTest, ReleaseGivesTheDescriptorAway) {
  UniqueFd second(second_);
  { EXPECT_EQ(UniqueFd(first_).release(), first_); }
  EXPECT_TRUE(IsOpen(first_));
  close(first_);
}

}  // namespace
}  // namespace fastest
