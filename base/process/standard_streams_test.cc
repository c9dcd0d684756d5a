#include "base/process/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace fastest {
namespace {

bool IsDevNull(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

// Each case runs in a process of its own (EXPECT_EXIT), whose streams it closes.
TEST(StandardStreamsTest, ClosedOnesBecomeDevNull) {
  EXPECT_EXIT(
      {
        for (int fd = 0; fd <= 2; ++fd) close(fd);
        OpenMissingStandardStreams();
        _exit(IsDevNull(0) && IsDevNull(1) && IsDevNull(2) ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(StandardStreamsTest, OpenOnesStayAndNothingElseIsOpened) {
  EXPECT_EXIT(
      {
        const int pipe_like = open("/dev/zero", O_RDONLY);
        dup2(pipe_like, 1);
        close(0);
        const int before = dup(1);
        close(before);
        OpenMissingStandardStreams();
        const int after = dup(1);
        // 0 was free and is taken now. The next free number above 2 is the same as before.
        _exit(!IsDevNull(1) && IsDevNull(0) && before == 0 && fcntl(after, F_GETFD) >= 0 && after > 2 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fastest
