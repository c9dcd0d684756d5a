#include "agent/coordinator_stream.h"

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/event_loop.h"
#include "agent/testing/fake_coordinator.h"
#include "agent/transports.h"
#include "base/clock.h"
#include "base/fake_clock.h"
#include "base/transport_security.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

v1::AgentMessage::Event Numbered(int number, size_t size) {
  v1::AgentMessage::Event event;
  v1::AgentMessage::FromWorker* from = event.mutable_from_worker();
  from->set_worker_id(absl::StrCat(number));
  from->mutable_message()->mutable_output()->set_data(std::string(size, 'x'));
  return event;
}

v1::AgentMessage::Event Passed() {
  v1::AgentMessage::Event event;
  v1::WorkerMessage::Progress* progress = event.mutable_from_worker()->mutable_message()->mutable_progress();
  progress->add_results()->set_outcome(v1::PASSED);
  return event;
}

class CoordinatorStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/fastest-stream-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    coordinator_ = std::make_unique<FakeCoordinator>(folder_);
    loop_ = EventLoop::Create(&clock_).value();
    stream_ = std::make_unique<CoordinatorStream>(
        DialCoordinator(coordinator_->address(), &security_, loop_.get()), loop_.get(), &clock_,
        CoordinatorStream::Callbacks{[this](const v1::CoordinatorMessage& message) { on_message_(message); },
                                     [this](bool congested) { on_congestion_(congested); },
                                     [this](const absl::Status& status) {
                                       status_ = status;
                                       loop_->Stop();
                                     }});
  }

  void TearDown() override {
    stream_.reset();
    coordinator_.reset();
    std::filesystem::remove_all(folder_);
  }

  const TransportSecurity security_;
  RealClock clock_;
  std::string folder_;
  std::unique_ptr<FakeCoordinator> coordinator_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<CoordinatorStream> stream_;
  std::function<void(const v1::CoordinatorMessage&)> on_message_ = [](const v1::CoordinatorMessage&) {};
  std::function<void(bool)> on_congestion_ = [](bool) {};
  absl::Status status_;
};

TEST_F(CoordinatorStreamTest, DeliversInOrderAndClosesWhenAllIsSaid) {
  v1::AgentMessage::Hello hello;
  hello.set_name("n");
  stream_->Start(hello);
  for (int i = 0; i < 5000; ++i) stream_->Send(Numbered(i, 10));
  stream_->CloseWrites();
  stream_->Send(Numbered(5000, 10));
  loop_->Run();
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(coordinator_->WaitForHello()->name(), "n");
  const auto events = coordinator_->events();
  ASSERT_EQ(events.size(), 5000u);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(events[i].from_worker().worker_id(), absl::StrCat(i));
}

// No time passes on this clock: what lingers would do so for ever, were it not for what may not.
TEST(CoordinatorStreamLingerTest, WhatNobodyWaitsForGoesWithTheNextThatSomebodyDoes) {
  char folder[] = "/tmp/fastest-stream-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const TransportSecurity security;
  FakeClock clock;
  auto loop = EventLoop::Create(&clock).value();
  {
    FakeCoordinator coordinator(folder);
    CoordinatorStream stream(
        DialCoordinator(coordinator.address(), &security, loop.get()), loop.get(), &clock,
        {[&](const v1::CoordinatorMessage&) {}, [](bool) {}, [&](const absl::Status&) { loop->Stop(); }});
    stream.Start({});
    ASSERT_TRUE(coordinator.WaitForHello().has_value());
    for (int i = 0; i < 100; ++i) stream.Send(Passed());
    loop->Post([&] {
      stream.Send(Numbered(1, 1));
      stream.Send(Passed());
      stream.CloseWrites();
    });
    loop->Run();
    EXPECT_EQ(coordinator.events().size(), 102u);
    // At most: the hello, the hundred with the one that took them along, and the last one.
    EXPECT_LE(coordinator.message_count(), 3);
  }
  std::filesystem::remove_all(folder);
}

TEST(MayLingerTest, OnlyProgressOfPassingTests) {
  EXPECT_TRUE(MayLinger(Passed()));
  v1::AgentMessage::Event event = Passed();
  event.mutable_from_worker()->mutable_message()->mutable_progress()->add_results()->set_outcome(v1::FAILED);
  EXPECT_FALSE(MayLinger(event));
  EXPECT_FALSE(MayLinger(Numbered(1, 1)));
  event.mutable_worker_gone();
  EXPECT_FALSE(MayLinger(event));
}

TEST_F(CoordinatorStreamTest, SaysWhenTheCoordinatorCannotFollow) {
  coordinator_->HoldBack(true);
  std::vector<bool> congestion;
  on_congestion_ = [&](bool congested) {
    congestion.push_back(congested);
    congested ? coordinator_->HoldBack(false) : stream_->CloseWrites();
  };
  stream_->Start({});
  // Sent while the coordinator reads nothing: 64 times what a socket and gRPC's windows take.
  for (int i = 0; i < 64; ++i) stream_->Send(Numbered(i, 1 << 20));
  loop_->Run();
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(congestion, (std::vector<bool>{true, false}));
  EXPECT_EQ(coordinator_->events().size(), 64u);
}

TEST_F(CoordinatorStreamTest, PassesMessagesOn) {
  std::vector<std::string> reasons;
  on_message_ = [&](const v1::CoordinatorMessage& message) {
    reasons.push_back(message.stop_run().reason());
    if (reasons.size() == 2) stream_->CloseWrites();
  };
  stream_->Start({});
  ASSERT_TRUE(coordinator_->WaitForHello().has_value());
  for (const char* reason : {"one", "two"}) {
    v1::CoordinatorMessage message;
    message.mutable_stop_run()->set_reason(reason);
    coordinator_->Send(message);
  }
  loop_->Run();
  EXPECT_EQ(reasons, (std::vector<std::string>{"one", "two"}));
}

TEST_F(CoordinatorStreamTest, TheCoordinatorsStatusComesThrough) {
  coordinator_->Close(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "no more agents"));
  stream_->Start({});
  loop_->Run();
  EXPECT_EQ(status_, absl::ResourceExhaustedError("no more agents"));
  // Nobody hears it, and nothing breaks.
  stream_->Send(Numbered(1, 1));
  stream_->CloseWrites();
}

TEST_F(CoordinatorStreamTest, ACancelledStreamEnds) {
  stream_->Start({});
  ASSERT_TRUE(coordinator_->WaitForHello().has_value());
  stream_->Cancel();
  loop_->Run();
  EXPECT_TRUE(absl::IsCancelled(status_));
}

TEST_F(CoordinatorStreamTest, WithoutACoordinatorItIsUnavailable) {
  coordinator_.reset();
  stream_->Start({});
  stream_->Send(Numbered(1, 1));
  loop_->Run();
  EXPECT_TRUE(absl::IsUnavailable(status_)) << status_;
}

}  // namespace
}  // namespace fastest::agent
