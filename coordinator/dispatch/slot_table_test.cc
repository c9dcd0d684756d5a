#include "coordinator/dispatch/slot_table.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SlotKey kA{0, 0};
constexpr SlotKey kB{0, 1};
constexpr SlotKey kC{1, 0};

class SlotTableTest : public ::testing::Test {
 protected:
  SlotTableTest() {
    for (const SlotKey key : {kA, kB, kC}) slots_.Add(key);
  }
  void Want(SlotKey key, std::optional<double> seconds) { slots_.SetWants(key, &slots_.at(key), seconds); }

  SlotTable slots_;
};

TEST_F(SlotTableTest, ASlotIsAddedOnce) {
  EXPECT_EQ(slots_.Count(Phase::kStarting), 3u);
  EXPECT_FALSE(slots_.Add(kA));
  EXPECT_EQ(slots_.size(), 3u);
  EXPECT_EQ(slots_.Count(Phase::kStarting), 3u);
  EXPECT_EQ(slots_.Find({7, 7}), nullptr);
  EXPECT_EQ(slots_.Find(kA), &slots_.at(kA));
}

TEST_F(SlotTableTest, SlotsAreCountedByPhase) {
  slots_.SetPhase(kA, Phase::kReady);
  slots_.SetPhase(kB, Phase::kEnded);
  EXPECT_EQ(slots_.at(kA).phase, Phase::kReady);
  EXPECT_EQ(slots_.Count(Phase::kReady), 1u);
  EXPECT_EQ(slots_.Count(Phase::kStarting), 1u);
  EXPECT_THAT(slots_.ended(), ElementsAre(kB));
  slots_.SetPhase(kB, Phase::kStarting);
  EXPECT_THAT(slots_.ended(), IsEmpty());
}

TEST_F(SlotTableTest, ThoseThatWantWorkMostComeFirst) {
  Want(kA, 0.5);
  Want(kB, -1);
  Want(kC, -2);
  EXPECT_THAT(slots_.wanting(), ElementsAre(std::pair(-2.0, kC), std::pair(-1.0, kB), std::pair(0.5, kA)));
  EXPECT_EQ(slots_.idle(), 2u);
  Want(kC, std::nullopt);
  Want(kA, -1);
  EXPECT_THAT(slots_.wanting(), ElementsAre(std::pair(-1.0, kA), std::pair(-1.0, kB)));
  EXPECT_EQ(slots_.idle(), 2u);
}

TEST_F(SlotTableTest, SlotsAreDismissedAndNotAnyMore) {
  slots_.SetDismissed(kA, true);
  slots_.SetDismissed(kB, false);
  EXPECT_THAT(slots_.dismissed(), ElementsAre(kA));
  slots_.SetDismissed(kA, false);
  EXPECT_THAT(slots_.dismissed(), IsEmpty());
}

}  // namespace
}  // namespace fastest::dispatch
