#include "agent/slots/slot_share.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Writes the turns of all runs of a test into one list: "b1" is the turn of slot 1 of run b.
class Guest : public SlotShare::Guest {
 public:
  Guest(std::string name, std::vector<std::string>* turns) : name_(std::move(name)), turns_(turns) {}
  void OnTurn(uint32_t slot) override { turns_->push_back(name_ + std::to_string(slot)); }

 private:
  const std::string name_;
  std::vector<std::string>* const turns_;
};

class SlotShareTest : public testing::Test {
 protected:
  // The turns since the last call.
  std::vector<std::string> Turns() { return std::exchange(turns_, {}); }

  std::vector<std::string> turns_;
  Guest a_{"a", &turns_};
  Guest b_{"b", &turns_};
  Guest c_{"c", &turns_};
};

TEST_F(SlotShareTest, ARunThatIsAloneHasAllSlotsAndKeepsThem) {
  SlotShare share(2);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_TRUE(share.Ask(&a_, 1));
  EXPECT_FALSE(share.wanted());
  EXPECT_TRUE(share.Pass(&a_, 0));
  EXPECT_TRUE(share.Pass(&a_, 0));
  EXPECT_THAT(Turns(), IsEmpty());
}

TEST_F(SlotShareTest, TwoRunsTakeTurnsOnOneSlot) {
  SlotShare share(1);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_FALSE(share.Ask(&b_, 0));
  EXPECT_TRUE(share.wanted());
  EXPECT_FALSE(share.Pass(&a_, 0));
  EXPECT_THAT(Turns(), ElementsAre("b0"));
  EXPECT_FALSE(share.Pass(&b_, 0));
  EXPECT_THAT(Turns(), ElementsAre("a0"));
  share.End(&a_, 0);
  EXPECT_THAT(Turns(), ElementsAre("b0"));
  EXPECT_TRUE(share.Pass(&b_, 0));
}

TEST_F(SlotShareTest, ANewRunHasItsShareWithTheFirstTurnsThatArePassedOn) {
  SlotShare share(4);
  for (const uint32_t slot : {0, 1, 2, 3}) EXPECT_TRUE(share.Ask(&a_, slot));
  for (const uint32_t slot : {0, 1, 2, 3}) EXPECT_FALSE(share.Ask(&b_, slot));
  EXPECT_FALSE(share.Pass(&a_, 0));
  EXPECT_FALSE(share.Pass(&a_, 1));
  EXPECT_THAT(Turns(), ElementsAre("b0", "b1"));
  // Each run has half of the turns: from here they go to its own workers.
  EXPECT_FALSE(share.Pass(&a_, 2));
  EXPECT_FALSE(share.Pass(&b_, 0));
  EXPECT_THAT(Turns(), ElementsAre("a0", "b2"));
}

TEST_F(SlotShareTest, ShortLeasesDoNotCostARunItsSlot) {
  SlotShare share(2);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_TRUE(share.Ask(&b_, 0));
  EXPECT_FALSE(share.Ask(&a_, 1));
  // While a's one long lease runs, b runs many.
  for (int lease = 0; lease < 10; ++lease) EXPECT_TRUE(share.Pass(&b_, 0));
  EXPECT_THAT(Turns(), IsEmpty());
}

TEST_F(SlotShareTest, TheSlotThatDoesNotDivideGoesRound) {
  SlotShare share(3);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_TRUE(share.Ask(&a_, 1));
  EXPECT_TRUE(share.Ask(&b_, 0));
  EXPECT_FALSE(share.Ask(&b_, 1));
  EXPECT_FALSE(share.Pass(&a_, 0));
  EXPECT_THAT(Turns(), ElementsAre("b1"));
  EXPECT_FALSE(share.Pass(&b_, 0));
  EXPECT_THAT(Turns(), ElementsAre("a0"));
}

TEST_F(SlotShareTest, WithMoreRunsThanSlotsEachComesRound) {
  SlotShare share(1);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_FALSE(share.Ask(&b_, 0));
  EXPECT_FALSE(share.Ask(&c_, 0));
  for (int round = 0; round < 3; ++round) {
    EXPECT_FALSE(share.Pass(&a_, 0));
    EXPECT_FALSE(share.Pass(&b_, 0));
    EXPECT_FALSE(share.Pass(&c_, 0));
    EXPECT_THAT(Turns(), ElementsAre("b0", "c0", "a0"));
  }
}

TEST_F(SlotShareTest, HowManyWorkersWaitIsNoReason) {
  SlotShare share(1);
  EXPECT_TRUE(share.Ask(&a_, 0));
  for (const uint32_t slot : {1, 2, 3, 4}) EXPECT_FALSE(share.Ask(&a_, slot));
  EXPECT_FALSE(share.Ask(&b_, 0));
  EXPECT_FALSE(share.Pass(&a_, 0));
  EXPECT_FALSE(share.Pass(&b_, 0));
  EXPECT_FALSE(share.Pass(&a_, 1));
  EXPECT_THAT(Turns(), ElementsAre("b0", "a1", "b0"));
}

TEST_F(SlotShareTest, WhoLeavesGivesEverythingBack) {
  SlotShare share(2);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_TRUE(share.Ask(&a_, 1));
  EXPECT_FALSE(share.Ask(&a_, 2));
  EXPECT_FALSE(share.Ask(&b_, 0));
  share.Leave(&a_);
  EXPECT_THAT(Turns(), ElementsAre("b0"));
  EXPECT_FALSE(share.wanted());
  EXPECT_TRUE(share.Ask(&c_, 0));
  share.Leave(&a_);
  EXPECT_FALSE(share.Ask(&a_, 0));
}

TEST_F(SlotShareTest, AWishThatIsWithdrawnIsNotMet) {
  SlotShare share(1);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_FALSE(share.Ask(&b_, 0));
  share.End(&b_, 0);
  share.End(&b_, 7);
  share.End(&c_, 0);
  EXPECT_FALSE(share.wanted());
  EXPECT_TRUE(share.Pass(&a_, 0));
  EXPECT_THAT(Turns(), IsEmpty());
}

TEST_F(SlotShareTest, WithoutSlotsThereIsOne) {
  SlotShare share(0);
  EXPECT_TRUE(share.Ask(&a_, 0));
  EXPECT_FALSE(share.Ask(&b_, 0));
}

}  // namespace
}  // namespace fastest::agent
