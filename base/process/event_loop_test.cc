#include "base/process/event_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fake_clock.h"
#include "base/process/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

using testing::ElementsAre;

class EventLoopTest : public testing::Test {
 protected:
  EventLoopTest() : loop_(EventLoop::Create(&clock_).value()) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    out_ = UniqueFd(ends[0]);
    in_ = UniqueFd(ends[1]);
  }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
  UniqueFd out_;
  UniqueFd in_;
  std::vector<std::string> seen_;
};

TEST_F(EventLoopTest, RunsPostedWorkInOrder) {
  std::thread other([this] {
    for (int i = 0; i < 100; ++i) loop_->Post([this, i] { seen_.push_back(std::to_string(i)); });
    loop_->Post([this] { loop_->Stop(); });
    loop_->Post([this] { seen_.push_back("too late"); });
  });
  loop_->Run();
  other.join();
  ASSERT_EQ(seen_.size(), 100u);
  EXPECT_EQ(seen_.front(), "0");
  EXPECT_EQ(seen_.back(), "99");
}

TEST_F(EventLoopTest, WorkMayPostMore) {
  loop_->Post([this] {
    seen_.push_back("first");
    loop_->Post([this] {
      seen_.push_back("second");
      loop_->Stop();
    });
  });
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("first", "second"));
}

TEST_F(EventLoopTest, TimersFireInOrderOfTimeAndOnlyWhenDue) {
  loop_->At(clock_.Now() + absl::Seconds(20), [this] {
    seen_.push_back("20");
    loop_->Stop();
  });
  loop_->At(clock_.Now() + absl::Seconds(10), [this] { seen_.push_back("10"); });
  const EventLoop::TimerId cancelled = loop_->At(clock_.Now() + absl::Seconds(5), [this] { seen_.push_back("5"); });
  loop_->Cancel(cancelled);
  loop_->Cancel(0);
  loop_->At(clock_.Now() + absl::Hours(1), [this] { seen_.push_back("hour"); });
  clock_.Advance(absl::Seconds(20));
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("10", "20"));
}

TEST_F(EventLoopTest, HandlersSeeReadableDescriptorsUntilUnwatched) {
  loop_->Watch(out_.get(), EPOLLIN, [this](uint32_t events) {
    EXPECT_TRUE(events & EPOLLIN);
    char byte;
    ASSERT_EQ(read(out_.get(), &byte, 1), 1);
    seen_.push_back(std::string(1, byte));
    if (byte == 'b') {
      loop_->Unwatch(out_.get());
      loop_->Post([this] { loop_->Stop(); });
    }
  });
  ASSERT_EQ(write(in_.get(), "abc", 3), 3);
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("a", "b"));
}

TEST_F(EventLoopTest, WatchingAgainReplacesHandlerAndEvents) {
  loop_->Watch(in_.get(), EPOLLOUT, [this](uint32_t) {
    seen_.push_back("writable");
    // Watches no event: only the end of the other side would be told.
    loop_->Watch(in_.get(), 0, [this](uint32_t events) {
      EXPECT_TRUE(events & EPOLLERR);
      seen_.push_back("closed");
      loop_->Stop();
    });
    out_.reset();
  });
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("writable", "closed"));
}

TEST_F(EventLoopTest, AnEventInHandDoesNotReachTheDescriptorsSuccessor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd other_out(ends[0]);
  UniqueFd other_in(ends[1]);
  ASSERT_EQ(write(in_.get(), "x", 1), 1);
  ASSERT_EQ(write(other_in.get(), "x", 1), 1);
  // The handler that comes first replaces both: neither the other old handler nor the new one may see the old event.
  const auto replace = [this, &other_out](uint32_t) {
    seen_.push_back("first");
    for (const int fd : {out_.get(), other_out.get()}) {
      loop_->Unwatch(fd);
      char byte;
      ASSERT_EQ(read(fd, &byte, 1), 1);
      loop_->Watch(fd, EPOLLIN, [this](uint32_t) { seen_.push_back("stale"); });
    }
    loop_->Post([this] { loop_->Stop(); });
  };
  loop_->Watch(out_.get(), EPOLLIN, replace);
  loop_->Watch(other_out.get(), EPOLLIN, replace);
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("first"));
}

}  // namespace
}  // namespace fastest
