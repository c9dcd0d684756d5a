#include "agent/coordinator/coordinator_stream.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/coordinator/dialled_transport.h"
#include "agent/testing/fake_coordinator.h"
#include "agent/testing/test_folder.h"
#include "base/clock.h"
#include "base/fake_clock.h"
#include "base/net/transport_security.h"
#include "base/process/event_loop.h"
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
    coordinator_ = std::make_unique<FakeCoordinator>(folder_.path());
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
  }

  const TransportSecurity security_;
  RealClock clock_;
  const TestFolder folder_;
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

// No time passes on this clock: lingering events would linger for ever without the one that may not.
TEST(CoordinatorStreamLingerTest, WhatNobodyWaitsForGoesWithTheNextThatSomebodyDoes) {
  const TestFolder folder;
  const TransportSecurity security;
  FakeClock clock;
  auto loop = EventLoop::Create(&clock).value();
  {
    FakeCoordinator coordinator(folder.path());
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
    // At most: the hello, the hundred together with the event that took them along, and the last event.
    EXPECT_LE(coordinator.message_count(), 3);
  }
}

TEST_F(CoordinatorStreamTest, SaysWhenTheCoordinatorCannotFollow) {
  coordinator_->HoldBack(true);
  std::vector<bool> congestion;
  on_congestion_ = [&](bool congested) {
    congestion.push_back(congested);
    congested ? coordinator_->HoldBack(false) : stream_->CloseWrites();
  };
  stream_->Start({});
  // Sent while the coordinator reads nothing. This is 64 times what a socket and gRPC's windows take.
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
  // The conversation is over: these do nothing.
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

// What a stream does with one of its transports, and what the test says has happened to it.
struct FakeWire {
  explicit FakeWire(EventLoop* its_loop) : loop(its_loop) {}

  EventLoop* const loop;
  Transport::Listener* listener = nullptr;
  std::vector<v1::AgentMessage> written;
  bool closed = false;
  bool cancelled = false;
  bool destroyed = false;

  void Say(const v1::CoordinatorMessage& message) { listener->OnMessage(message); }
  void Break() { End(absl::UnavailableError("broke")); }
  void End(const absl::Status& status) {
    // After the news that messages have been written.
    loop->Post([this, status] { listener->OnDone(status); });
  }
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeWire* wire) : wire_(wire) {}
  ~FakeTransport() override { wire_->destroyed = true; }
  void Start(Listener* listener) override { wire_->listener = listener; }
  void Write(v1::AgentMessage message) override {
    wire_->written.push_back(std::move(message));
    wire_->loop->Post([listener = wire_->listener] { listener->OnWritten(true); });
  }
  void CloseWrites() override { wire_->closed = true; }
  void Cancel() override { wire_->cancelled = true; }

 private:
  FakeWire* const wire_;
};

// Steps are played one after the other on the loop. Due timers and posted work run between them.
class LeaseTest : public testing::Test {
 protected:
  static constexpr absl::Duration kLease = absl::Seconds(12);

  void SetUp() override {
    stream_ = std::make_unique<CoordinatorStream>(
        NewTransport(), loop_.get(), &clock_,
        CoordinatorStream::Callbacks{
            [this](const v1::CoordinatorMessage& message) { heard_.push_back(message.finish_slot().slot()); },
            [this](bool congested) { congestion_.push_back(congested); },
            [this](const absl::Status& status) { over_ = status; }});
  }

  std::unique_ptr<Transport> NewTransport() {
    wires_.push_back(std::make_unique<FakeWire>(loop_.get()));
    return std::make_unique<FakeTransport>(wires_.back().get());
  }
  FakeWire& wire() { return *wires_.back(); }

  void Begin(bool dials = true) {
    stream_->Start({});
    wire().Say(Word(1, 1));
    stream_->Keep("r1", kLease, dials ? Transport::Dial([this] { return NewTransport(); }) : nullptr);
  }

  static v1::CoordinatorMessage Word(uint64_t seq, uint32_t slot) {
    v1::CoordinatorMessage message;
    message.set_seq(seq);
    message.mutable_finish_slot()->set_slot(slot);
    return message;
  }
  static v1::CoordinatorMessage Resume(uint64_t received) {
    v1::CoordinatorMessage message;
    message.mutable_resume()->set_run_id("r1");
    message.mutable_resume()->set_received(received);
    return message;
  }

  // The worker ids of the message's events.
  static std::string Text(const v1::AgentMessage& message) {
    std::string text;
    for (const auto& event : message.events().events()) text += event.from_worker().worker_id();
    return text;
  }

  void Play(std::vector<std::function<void()>> steps) {
    size_t next = 0;
    std::function<void()> turn = [&] {
      if (next == steps.size()) {
        loop_->Stop();
        return;
      }
      steps[next++]();
      // Work that the step posted may have posted more work.
      loop_->Post([&] { loop_->Post([&] { loop_->Post(turn); }); });
    };
    loop_->Post(turn);
    loop_->Run();
  }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_ = EventLoop::Create(&clock_).value();
  std::vector<std::unique_ptr<FakeWire>> wires_;
  std::vector<uint32_t> heard_;
  std::vector<bool> congestion_;
  std::optional<absl::Status> over_;
  std::unique_ptr<CoordinatorStream> stream_;
};

TEST_F(LeaseTest, DialsAgainAndSaysOnlyWhatIsMissing) {
  Play({[&] { Begin(); }, [&] { stream_->Send(Numbered(1, 1)); }, [&] { stream_->Send(Numbered(2, 1)); },
        [&] {
          EXPECT_EQ(wire().written.size(), 3u);
          wire().Break();
        },
        [&] { stream_->Send(Numbered(3, 1)); },
        [&] {
          ASSERT_EQ(wires_.size(), 2u);
          // Only the greeting is written before the coordinator has said where it stands.
          ASSERT_EQ(wire().written.size(), 1u);
          EXPECT_EQ(wire().written[0].hello().resume().run_id(), "r1");
          EXPECT_EQ(wire().written[0].hello().resume().received(), 1u);
          wire().Say(Resume(1));
        },
        [&] {}, [&] {},
        [&] {
          ASSERT_EQ(wire().written.size(), 3u);
          EXPECT_EQ(Text(wire().written[1]), "2");
          EXPECT_EQ(wire().written[1].seq(), 2u);
          EXPECT_EQ(Text(wire().written[2]), "3");
          wire().Say(Word(1, 1));
          wire().Say(Word(2, 2));
        }});
  EXPECT_EQ(heard_, (std::vector<uint32_t>{1, 2}));
  EXPECT_FALSE(over_.has_value());
}

TEST_F(LeaseTest, WaitsForTheCoordinatorThatDialled) {
  Play({[&] { Begin(/*dials=*/false); }, [&] { wire().Break(); }, [&] { clock_.Advance(kLease / 2); },
        [&] {
          EXPECT_EQ(wires_.size(), 1u);
          EXPECT_TRUE(stream_->Keeps("r1"));
          EXPECT_FALSE(stream_->Keeps("r2"));
          stream_->Resume(NewTransport());
        },
        [&] { wire().Say(Resume(0)); }, [&] { clock_.Advance(kLease / 2 - absl::Seconds(1)); },
        [&] { EXPECT_FALSE(over_.has_value()); }});
}

TEST_F(LeaseTest, EndsWithTheLease) {
  Play({[&] { Begin(/*dials=*/false); }, [&] { wire().Break(); },
        [&] { clock_.Advance(kLease - absl::Milliseconds(1)); }, [&] { EXPECT_FALSE(over_.has_value()); },
        [&] { clock_.Advance(kLease / 8); }, [&] {},
        [&] { EXPECT_TRUE(over_.has_value() && absl::IsUnavailable(*over_)); }});
}

TEST_F(LeaseTest, DialsAgainAndAgainUntilTheLeaseEnds) {
  std::vector<std::function<void()>> steps = {[&] { Begin(); }, [&] { wire().Break(); }};
  for (int i = 0; i < 8; ++i) {
    steps.push_back([&] { clock_.Advance(absl::Seconds(1)); });
    steps.push_back([&, i] {
      EXPECT_EQ(wires_.size(), static_cast<size_t>(i) + 2);
      wire().Break();
    });
  }
  steps.push_back([&] { clock_.Advance(kLease); });
  steps.push_back([&] {
    // An attempt that was under way was cancelled.
    if (wire().cancelled) wire().Break();
  });
  Play(steps);
  EXPECT_TRUE(over_.has_value() && absl::IsUnavailable(*over_));
}

TEST_F(LeaseTest, SilenceIsABreak) {
  Play({[&] { Begin(); }, [&] { clock_.Advance(kLease / 4); },
        [&] {
          // The stream has been silent itself: it gives a sign of life.
          ASSERT_EQ(wire().written.size(), 2u);
          EXPECT_EQ(wire().written[1].message_case(), v1::AgentMessage::MESSAGE_NOT_SET);
          EXPECT_EQ(wire().written[1].ack(), 1u);
        },
        [&] { clock_.Advance(kLease / 4); }, [&] {},
        [&] {
          ASSERT_EQ(wires_.size(), 2u);
          EXPECT_TRUE(wires_[0]->cancelled);
          // What the old one still says is ignored.
          wires_[0]->Say(Word(2, 2));
          EXPECT_FALSE(wires_[0]->destroyed);
          wires_[0]->Break();
          wire().Say(Resume(0));
        },
        [&] { EXPECT_TRUE(wires_[0]->destroyed); }});
  EXPECT_EQ(heard_, (std::vector<uint32_t>{1}));
  EXPECT_FALSE(over_.has_value());
}

TEST_F(LeaseTest, ACoordinatorThatKnowsNothingOfTheRunEndsIt) {
  Play({[&] { Begin(); }, [&] { wire().Break(); }, [&] {}, [&] { wire().End(absl::NotFoundError("the run is over")); },
        [&] { EXPECT_EQ(over_, absl::NotFoundError("the run is over")); }});
}

TEST_F(LeaseTest, ForgoneTheNextBreakIsTheEnd) {
  Play({[&] { Begin(); },
        [&] {
          EXPECT_TRUE(stream_->Keeps("r1"));
          stream_->Forgo();
          EXPECT_FALSE(stream_->Keeps("r1"));
        },
        [&] { wire().Break(); }, [&] { EXPECT_TRUE(over_.has_value()); }});
}

TEST_F(LeaseTest, ForgoneBetweenTwoCallsItIsOverAtOnce) {
  Play({[&] { Begin(/*dials=*/false); }, [&] { wire().Break(); }, [&] { stream_->Forgo(); },
        [&] {
          EXPECT_TRUE(over_.has_value() && absl::IsUnavailable(*over_));
          // Over is over: these do nothing.
          stream_->Forgo();
          stream_->Send(Numbered(1, 1));
          stream_->CloseWrites();
          stream_->Cancel();
        }});
}

TEST_F(LeaseTest, ClosesOnceAllIsSaidThoughACallBreaks) {
  Play({[&] { Begin(); },
        [&] {
          stream_->Send(Numbered(1, 1));
          stream_->CloseWrites();
        },
        [&] {
          EXPECT_TRUE(wire().closed);
          wire().Break();
        },
        [&] {
          ASSERT_EQ(wires_.size(), 2u);
          EXPECT_FALSE(wire().closed);
          wire().Say(Resume(0));
        },
        [&] {}, [&] {},
        [&] {
          ASSERT_EQ(wire().written.size(), 2u);
          EXPECT_EQ(Text(wire().written[1]), "1");
          EXPECT_TRUE(wire().closed);
          wire().End(absl::OkStatus());
        },
        [&] { EXPECT_EQ(over_, absl::OkStatus()); }});
}

TEST_F(LeaseTest, AnswersAPingAtOnce) {
  Play({[&] { Begin(); },
        [&] {
          v1::CoordinatorMessage message;
          message.set_ping(7);
          wire().Say(message);
        },
        [&] {
          ASSERT_EQ(wire().written.size(), 2u);
          EXPECT_EQ(wire().written[1].pong(), 7u);
        }});
}

TEST_F(LeaseTest, WhatIsNotAcknowledgedCountsAsWaiting) {
  Play({[&] { Begin(); }, [&] { stream_->Send(Numbered(1, 17 << 20)); },
        [&] { EXPECT_EQ(congestion_, (std::vector<bool>{true})); },
        [&] {
          v1::CoordinatorMessage message;
          message.set_ack(1);
          wire().Say(message);
        },
        [&] {
          EXPECT_EQ(congestion_, (std::vector<bool>{true, false}));
        }});
}

}  // namespace
}  // namespace fastest::agent
