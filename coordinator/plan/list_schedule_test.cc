#include "coordinator/plan/list_schedule.h"

#include "gtest/gtest.h"

namespace fastest::plan {
namespace {

TEST(ListScheduleTest, NothingTakesNoTime) { EXPECT_EQ(ListScheduleMakespan({}, 3), 0); }

TEST(ListScheduleTest, OneSlotTakesTheSum) { EXPECT_DOUBLE_EQ(ListScheduleMakespan({3, 1, 2}, 1), 6); }

TEST(ListScheduleTest, MoreSlotsThanBatchesTakeTheLongest) { EXPECT_DOUBLE_EQ(ListScheduleMakespan({3, 1, 2}, 8), 3); }

TEST(ListScheduleTest, TheSlotThatIsFreeFirstTakesTheNext) {
  // 5 and 4 start; 3 follows 4 (ends at 7), 2 follows 5 (ends at 7), 1 follows either.
  EXPECT_DOUBLE_EQ(ListScheduleMakespan({5, 4, 3, 2, 1}, 2), 8);
}

TEST(ListScheduleTest, OrderMatters) {
  EXPECT_DOUBLE_EQ(ListScheduleMakespan({1, 1, 2}, 2), 3);
  EXPECT_DOUBLE_EQ(ListScheduleMakespan({2, 1, 1}, 2), 2);
}

}  // namespace
}  // namespace fastest::plan
