#include "base/process/interrupts.h"

#include <signal.h>

#include "absl/time/time.h"
#include "base/process/exit_fd.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

// One test: what it does cannot be undone in its process.
TEST(InterruptsTest, TheFirstSignalIsSeenAndTheSecondEndsTheProcess) {
  EXPECT_EQ(InterruptFd(), -1);
  HandleInterrupts(/*child=*/0, /*exit_code=*/7);
  const int fd = InterruptFd();
  EXPECT_FALSE(Interrupted());
  EXPECT_FALSE(AwaitReadable({fd}, absl::InfinitePast()));
  ASSERT_EQ(raise(SIGTERM), 0);
  EXPECT_TRUE(Interrupted());
  EXPECT_TRUE(AwaitReadable({fd}, absl::InfiniteFuture()));
  // Another child, the same descriptor.
  HandleInterrupts(/*child=*/0, /*exit_code=*/8);
  EXPECT_EQ(InterruptFd(), fd);
  EXPECT_EXIT(raise(SIGINT), testing::ExitedWithCode(8), "");
}

}  // namespace
}  // namespace fastest
