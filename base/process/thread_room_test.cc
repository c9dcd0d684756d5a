#include "base/process/thread_room.h"

#include <pthread.h>
#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(ThreadRoomTest, ThereIsRoom) { EXPECT_TRUE(RoomForThreads(kThreadsOfProgram).ok()); }

TEST(ThreadRoomTest, NoThreadIsNeeded) { EXPECT_TRUE(RoomForThreads(0).ok()); }

TEST(ThreadRoomTest, ARefusedThreadIsSaid) {
  // No such stack fits into memory. A limit on processes does not hold for root.
  const auto one_refused = [] {
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, size_t{1} << 46);
    pthread_setattr_default_np(&huge);
    const absl::Status status = RoomForThreads(3);
    _exit(absl::IsResourceExhausted(status) && status.message().find("and 3 are needed") != std::string::npos ? 0 : 1);
  };
  EXPECT_EXIT(one_refused(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fastest
