#include "base/reliable_link.h"

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

// As much of a proto as the link needs.
class Message {
 public:
  Message() = default;
  explicit Message(int value, size_t size = 10) : value_(value), size_(size) {}
  uint64_t seq() const { return seq_; }
  uint64_t ack() const { return ack_; }
  void set_seq(uint64_t seq) { seq_ = seq; }
  void set_ack(uint64_t ack) { ack_ = ack; }
  size_t ByteSizeLong() const { return size_; }
  int value() const { return value_; }

 private:
  int value_ = 0;
  size_t size_ = 0;
  uint64_t seq_ = 0;
  uint64_t ack_ = 0;
};

using Link = ReliableLink<Message, Message>;

constexpr absl::Duration kLease = absl::Seconds(8);
const absl::Time kStart = absl::FromUnixSeconds(1000);

absl::Time At(double seconds) { return kStart + absl::Seconds(seconds); }

Link Kept() {
  Link link;
  link.Keep(kLease, kStart);
  return link;
}

std::vector<int> Say(Link* from, Link* to, absl::Time now) {
  std::vector<int> values;
  while (from->HasNext()) {
    const Message message = from->TakeNext(now);
    if (to->Receive(message, now) == Arrival::kNew) values.push_back(message.value());
  }
  return values;
}

TEST(ReliableLinkTest, WithoutALeaseNothingIsNumberedOrKept) {
  Link link;
  link.Add(Message(7));
  EXPECT_EQ(link.bytes(), 10u);
  const Message taken = link.TakeNext(kStart);
  EXPECT_EQ(taken.value(), 7);
  EXPECT_EQ(taken.seq(), 0u);
  EXPECT_EQ(taken.ack(), 0u);
  EXPECT_EQ(link.bytes(), 0u);
  EXPECT_FALSE(link.HasNext());
  EXPECT_FALSE(link.Silent(absl::InfiniteFuture()));
  EXPECT_FALSE(link.LeaseOver(absl::InfiniteFuture()));
  EXPECT_FALSE(link.OwesSign(absl::InfiniteFuture()));
}

TEST(ReliableLinkTest, KeepsUntilAcknowledged) {
  Link a = Kept();
  Link b = Kept();
  for (int i = 0; i < 3; ++i) a.Add(Message(i));
  EXPECT_EQ(Say(&a, &b, kStart), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(a.bytes(), 30u);
  b.Add(Message(9));
  EXPECT_EQ(Say(&b, &a, kStart), (std::vector<int>{9}));
  EXPECT_EQ(a.bytes(), 0u);
  EXPECT_EQ(b.bytes(), 10u);
}

TEST(ReliableLinkTest, SaysAfterABreakOnlyWhatIsMissing) {
  Link a = Kept();
  Link b = Kept();
  for (int i = 0; i < 4; ++i) a.Add(Message(i));
  // Two messages arrive, two are lost.
  for (int i = 0; i < 2; ++i) EXPECT_EQ(b.Receive(a.TakeNext(kStart), kStart), Arrival::kNew);
  a.TakeNext(kStart);
  a.TakeNext(kStart);
  a.Add(Message(4));
  ASSERT_TRUE(a.Resume(b.received(), kStart));
  EXPECT_EQ(Say(&a, &b, kStart), (std::vector<int>{2, 3, 4}));
}

TEST(ReliableLinkTest, RecognisesWhatComesTwiceAndWhatIsMissing) {
  Link a = Kept();
  Link b = Kept();
  a.Add(Message(0));
  a.Add(Message(1));
  const Message first = a.TakeNext(kStart);
  const Message second = a.TakeNext(kStart);
  EXPECT_EQ(b.Receive(second, kStart), Arrival::kGap);
  EXPECT_EQ(b.Receive(first, kStart), Arrival::kNew);
  EXPECT_EQ(b.Receive(first, kStart), Arrival::kRepeated);
  EXPECT_EQ(b.Receive(second, kStart), Arrival::kNew);
  EXPECT_EQ(b.Receive(Message(), kStart), Arrival::kEmpty);
  EXPECT_EQ(b.received(), 2u);
}

TEST(ReliableLinkTest, APeerThatKnowsWhatWasNeverSaidIsRefused) {
  Link a = Kept();
  Message message;
  message.set_ack(1);
  EXPECT_EQ(a.Receive(message, kStart), Arrival::kGap);
  EXPECT_FALSE(a.Resume(1, kStart));
  // A side that has forgotten is out, too: the messages that it lacks are not kept any more.
  a.Add(Message(1));
  a.TakeNext(kStart);
  EXPECT_EQ(a.Receive(message, kStart), Arrival::kEmpty);
  EXPECT_FALSE(a.Resume(0, kStart));
  EXPECT_TRUE(a.Resume(1, kStart));
}

TEST(ReliableLinkTest, OwesASignOnlyWhenSilent) {
  Link a = Kept();
  EXPECT_FALSE(a.OwesSign(At(1.9)));
  EXPECT_TRUE(a.OwesSign(At(2)));
  a.Add(Message(1));
  a.TakeNext(At(2));
  EXPECT_FALSE(a.OwesSign(At(3.9)));
  EXPECT_TRUE(a.OwesSign(At(4)));
  Message empty;
  a.Stamp(&empty, At(4));
  EXPECT_FALSE(a.OwesSign(At(5)));
}

TEST(ReliableLinkTest, OwesAnAcknowledgementForMuch) {
  Link a = Kept();
  Link b = Kept();
  a.Add(Message(0, 2 << 20));
  Say(&a, &b, kStart);
  EXPECT_TRUE(b.OwesSign(kStart));
  Message empty;
  b.Stamp(&empty, kStart);
  EXPECT_EQ(empty.ack(), 1u);
  EXPECT_FALSE(b.OwesSign(kStart));
  for (int i = 0; i < 256; ++i) a.Add(Message(i));
  Say(&a, &b, kStart);
  EXPECT_TRUE(b.OwesSign(kStart));
}

TEST(ReliableLinkTest, SilenceBreaksTheStreamAndThenEndsTheLease) {
  Link a = Kept();
  EXPECT_FALSE(a.Silent(At(3.9)));
  EXPECT_TRUE(a.Silent(At(4)));
  EXPECT_FALSE(a.LeaseOver(At(7.9)));
  EXPECT_TRUE(a.LeaseOver(At(8)));
  a.Receive(Message(), At(7.9));
  EXPECT_FALSE(a.Silent(At(8)));
  a.Excuse(At(12));
  EXPECT_FALSE(a.Silent(At(13)));
}

TEST(ReliableLinkTest, WhoTakesNothingIsStuckWhateverSignsOfLifeCome) {
  Link a = Kept();
  a.Add(Message(1));
  EXPECT_FALSE(a.Stuck(At(100)));
  a.TakeNext(At(100));
  a.Receive(Message(), At(104));
  EXPECT_FALSE(a.Stuck(At(103.9)));
  EXPECT_TRUE(a.Stuck(At(104.1)));
  // What could not be read may hold the acknowledgement.
  a.Excuse(At(104));
  EXPECT_FALSE(a.Stuck(At(104.1)));
  Message acknowledgement;
  acknowledgement.set_ack(1);
  a.Receive(acknowledgement, At(104.2));
  EXPECT_FALSE(a.Stuck(At(200)));
}

TEST(ReliableLinkTest, AMessageHasTimeToPassASlowNetwork) {
  Link a = Kept();
  a.Add(Message(1, 10 * (128 << 10)));
  a.TakeNext(kStart);
  EXPECT_FALSE(a.Stuck(At(13.9)));
  EXPECT_TRUE(a.Stuck(At(14.1)));
}

TEST(ReliableLinkTest, WhoNeverTakesAMessageIsHopeless) {
  Link a = Kept();
  a.Add(Message(1));
  double now = 0;
  for (; now < 5; ++now) {
    EXPECT_FALSE(a.Hopeless(At(now)));
    a.TakeNext(At(now));
    ASSERT_TRUE(a.Resume(0, At(now)));
  }
  EXPECT_TRUE(a.Hopeless(At(now)));
  // A message that arrives shows the contrary.
  a.TakeNext(At(now));
  ASSERT_TRUE(a.Resume(1, At(now)));
  EXPECT_FALSE(a.Hopeless(At(now)));
}

TEST(ReliableLinkTest, AStreamThatBreaksOftenIsNotHopeless) {
  Link a = Kept();
  // Nothing was to be said.
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a.Resume(0, At(i)));
  EXPECT_FALSE(a.Hopeless(At(100)));
  // All within a moment.
  a.Add(Message(1));
  for (int i = 0; i < 100; ++i) {
    a.TakeNext(At(100));
    ASSERT_TRUE(a.Resume(0, At(100)));
  }
  EXPECT_FALSE(a.Hopeless(At(101)));
}

TEST(ReliableLinkTest, WhoSaysNoMessagesThreeTimesIsHopeless) {
  Link a = Kept();
  Message wrong;
  wrong.set_ack(~uint64_t{0});
  EXPECT_EQ(a.Receive(wrong, kStart), Arrival::kGap);
  a.NoteFault();
  EXPECT_FALSE(a.Hopeless(kStart));
  // It gets further meanwhile.
  Message next;
  next.set_seq(1);
  EXPECT_EQ(a.Receive(next, kStart), Arrival::kNew);
  a.NoteFault();
  a.NoteFault();
  EXPECT_FALSE(a.Hopeless(kStart));
  EXPECT_EQ(a.Receive(wrong, kStart), Arrival::kGap);
  EXPECT_TRUE(a.Hopeless(kStart));
}

// Both sides talk at once over streams that break at any time. Messages under way are lost or not.
TEST(ReliableLinkTest, EverythingArrivesOnceAndInOrderWhateverBreaks) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
    Link sides[2] = {Kept(), Kept()};
    // wire[i]: messages that side i has written and that have not arrived; stale: those of an earlier stream.
    std::deque<Message> wire[2];
    std::vector<int> heard[2];
    int said[2] = {0, 0};
    int breaks = 0;
    const auto reconnect = [&] {
      ++breaks;
      // Side 0 greeted before the rest of the old stream arrived. The rest is dropped or dealt with, at random.
      const uint64_t received = sides[0].received();
      for (int side = 0; side < 2; ++side) {
        for (int late = pick(3); late > 0 && !wire[1 - side].empty(); --late) {
          const Message message = wire[1 - side].front();
          wire[1 - side].pop_front();
          if (sides[side].Receive(message, kStart) == Arrival::kNew) heard[side].push_back(message.value());
        }
        wire[1 - side].clear();
      }
      ASSERT_TRUE(sides[1].Resume(received, kStart));
      ASSERT_TRUE(sides[0].Resume(sides[1].received(), kStart));
    };
    for (int step = 0; step < 2000; ++step) {
      const int side = pick(2);
      switch (pick(20)) {
        case 0:
          reconnect();
          break;
        case 1:
        case 2:
        case 3:
        case 4:
          sides[side].Add(Message(said[side]++));
          break;
        case 5: {
          Message empty;
          sides[side].Stamp(&empty, kStart);
          wire[side].push_back(empty);
          break;
        }
        case 6:
          // The stream stutters: a message comes twice.
          if (!wire[side].empty()) wire[side].push_front(wire[side].front());
          break;
        default:
          if (step % 2 == 0 && sides[side].HasNext()) {
            wire[side].push_back(sides[side].TakeNext(kStart));
          } else if (!wire[side].empty()) {
            const Message message = wire[side].front();
            wire[side].pop_front();
            const Arrival arrival = sides[1 - side].Receive(message, kStart);
            ASSERT_NE(arrival, Arrival::kGap);
            if (arrival == Arrival::kNew) heard[1 - side].push_back(message.value());
          }
      }
    }
    reconnect();
    for (int side = 0; side < 2; ++side) {
      for (const int value : Say(&sides[side], &sides[1 - side], kStart)) heard[1 - side].push_back(value);
    }
    ASSERT_GT(breaks, 10);
    for (int side = 0; side < 2; ++side) {
      ASSERT_EQ(heard[1 - side].size(), static_cast<size_t>(said[side])) << "seed " << seed;
      for (int i = 0; i < said[side]; ++i) ASSERT_EQ(heard[1 - side][static_cast<size_t>(i)], i) << "seed " << seed;
      EXPECT_EQ(sides[side].received(), static_cast<uint64_t>(said[1 - side]));
    }
  }
}

}  // namespace
}  // namespace fastest
