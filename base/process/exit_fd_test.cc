#include "base/process/exit_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "base/process/subprocess.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

// A child that ends when `end` is closed.
struct Child {
  Subprocess process;
  UniqueFd end;
};

Child WaitingChild() {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd in(ends[0]);
  SubprocessOptions options;
  options.argv = {"/bin/cat"};
  options.fds = {{in.get(), 0}};
  return {*Subprocess::Spawn(options), UniqueFd(ends[1])};
}

TEST(ExitFdTest, IsReadableOnceTheProcessHasEnded) {
  Child child = WaitingChild();
  const UniqueFd exit = OpenExitFd(child.process.pid());
  if (!exit.valid()) GTEST_SKIP() << "this system has no pidfds";
  EXPECT_FALSE(AwaitReadable({exit.get()}, absl::InfinitePast()));
  child.end.reset();
  EXPECT_TRUE(AwaitReadable({exit.get()}, absl::InfiniteFuture()));
  EXPECT_EQ(child.process.TryWait(), 0);
  EXPECT_FALSE(OpenExitFd(child.process.pid()).valid());
  EXPECT_FALSE(OpenExitFd(0).valid());
}

TEST(ExitFdTest, WaitsForTheFirstOfSeveral) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd in(ends[0]);
  const UniqueFd out(ends[1]);
  EXPECT_FALSE(AwaitReadable({-1, in.get()}, absl::Now() + absl::Milliseconds(1)));
  ASSERT_EQ(write(out.get(), "x", 1), 1);
  EXPECT_TRUE(AwaitReadable({-1, in.get()}, absl::InfiniteFuture()));
  EXPECT_FALSE(AwaitReadable({}, absl::InfinitePast()));
}

TEST(ExitFdTest, AChildIsWaitedForUntilItsEndOrAnotherEvent) {
  Child child = WaitingChild();
  EXPECT_EQ(child.process.WaitUntil(absl::InfinitePast()), std::nullopt);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd in(ends[0]);
  UniqueFd(ends[1]).reset();
  // The pipe has no writer: it can be read.
  EXPECT_EQ(child.process.WaitUntil(absl::InfiniteFuture(), in.get()), std::nullopt);
  child.end.reset();
  EXPECT_EQ(child.process.WaitUntil(absl::InfiniteFuture()), 0);
  EXPECT_EQ(child.process.WaitUntil(absl::InfinitePast()), 0);
}

}  // namespace
}  // namespace fastest
