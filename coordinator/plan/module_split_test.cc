#include "coordinator/plan/module_split.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Case {
  const char* name;
  std::vector<double> seconds;
  std::vector<size_t> class_borders;
  double setup_s;
  SplitLimits limits;
  std::vector<size_t> cuts;
};

std::vector<Border> Borders(size_t tests, const std::vector<size_t>& class_borders) {
  std::vector<Border> borders(tests, Border::kTest);
  for (size_t i : class_borders) borders[i] = Border::kClass;
  return borders;
}

Body BodyOf(const std::vector<double>& seconds, const std::vector<Border>& borders, double setup_s) {
  Body body;
  body.seconds = seconds;
  body.borders = borders;
  body.repeats_s.assign(seconds.size(), 0);
  body.setup_s = setup_s;
  return body;
}

SplitLimits Limits(int slots, double max_part_s, double min_part_s) {
  SplitLimits limits;
  limits.slots = slots;
  limits.max_part_s = max_part_s;
  limits.min_part_s = min_part_s;
  return limits;
}

class ChooseCutsTest : public ::testing::TestWithParam<Case> {};

TEST_P(ChooseCutsTest, Cuts) {
  const Case& c = GetParam();
  EXPECT_EQ(ChooseCuts(BodyOf(c.seconds, Borders(c.seconds.size(), c.class_borders), c.setup_s), c.limits), c.cuts);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ChooseCutsTest,
    ::testing::Values(Case{"NoTests", {}, {}, 5, Limits(4, 1, 0), {}}, Case{"OneTest", {9}, {}, 0, Limits(4, 1, 0), {}},
                      Case{"ShortEnough", {1, 1, 1, 1}, {}, 0, Limits(4, 4, 0), {}},
                      Case{"OneSlotHasNothingToBalance", {1, 1, 1, 1}, {}, 0, Limits(1, 1, 0), {}},
                      Case{"EqualHalves", {1, 1, 1, 1}, {}, 0, Limits(2, 2, 0), {2}},
                      Case{"EqualByTimeNotByNumber", {3, 1, 1, 1}, {}, 0, Limits(2, 3, 0), {1}},
                      Case{"AsManyAsTests", {1, 1, 1}, {}, 0, Limits(2, 0.1, 0), {1, 2}},
                      Case{"ThreeParts", {1, 1, 1, 1, 1, 1}, {}, 0, Limits(2, 2, 0), {2, 4}},
                      Case{"SetupCountsOnEveryPart", {1, 1, 1, 1}, {}, 1, Limits(9, 3, 0), {2}},
                      Case{"SetupDearerThanTheGain", {1, 1, 1, 1}, {}, 5, Limits(2, 2, 0), {}},
                      Case{"SetupLimitsTheParts", {4, 4, 4, 4, 4, 4}, {}, 2, Limits(2, 3, 0), {2, 4}},
                      Case{"PartsNotTooSmall", {1, 1, 1, 1}, {}, 0, Limits(2, 1, 2), {2}},
                      Case{"ShortEndJoinsThePartBefore", {4, 4, 0.5}, {}, 0, Limits(2, 3, 1), {1}},
                      Case{"OneLongTestLeavesLittleToGain", {0.1, 9.8, 0.1}, {}, 0.5, Limits(2, 1, 0), {}},
                      Case{"ClassBorderNearby", std::vector<double>(20, 1), {11}, 0, Limits(2, 10, 0), {11}},
                      Case{"ClassBorderTooFar", std::vector<double>(20, 1), {14}, 0, Limits(2, 10, 0), {10}},
                      Case{"TestsWithoutTime", std::vector<double>(9, 0), {}, 1, Limits(2, 0.5, 0), {}},
                      Case{"TestsWithoutTimeAmongOthers", {0, 0, 2, 0, 0, 2, 0, 0}, {}, 0, Limits(2, 2, 0), {4}}),
    [](const auto& info) { return info.param.name; });

TEST(ChooseCutsTest, NeverWhereThereIsNoBorder) {
  std::vector<Border> borders(6, Border::kNone);
  EXPECT_THAT(ChooseCuts(BodyOf({1, 1, 1, 1, 1, 1}, borders, 0), Limits(2, 3, 0)), IsEmpty());
  borders[5] = Border::kTest;
  EXPECT_THAT(ChooseCuts(BodyOf({1, 1, 1, 1, 1, 1}, borders, 0), Limits(2, 3, 0)), ElementsAre(5));
}

TEST(ChooseCutsTest, APartRatherEndsWithAShortTest) {
  EXPECT_THAT(ChooseCuts(BodyOf({1, 1, 9, 1, 1, 9, 1, 1}, Borders(8, {}), 0), Limits(8, 12, 0)), ElementsAre(4));
}

TEST(ChooseCutsTest, DearClassFixturesKeepTheClassTogether) {
  // Tests 4 … 19 are a class. The equal cut at 10 lies within the class, and the class begins far from there.
  Body body = BodyOf(std::vector<double>(20, 1), Borders(20, {4}), 0);
  EXPECT_THAT(ChooseCuts(body, Limits(2, 10, 0)), ElementsAre(10));
  std::fill(body.repeats_s.begin() + 5, body.repeats_s.end(), 6);
  EXPECT_THAT(ChooseCuts(body, Limits(2, 10, 0)), ElementsAre(4));
}

TEST(ChooseCutsTest, ClassFixturesMayBeDearerThanTheGain) {
  Body body = BodyOf(std::vector<double>(20, 1), Borders(20, {}), 0);
  body.repeats_s.assign(20, 11);
  EXPECT_THAT(ChooseCuts(body, Limits(2, 10, 0)), IsEmpty());
}

TEST(ChooseCutsTest, TheTailIsCutSmaller) {
  SplitLimits limits = Limits(4, 8, 0);
  limits.tail_share = 0.5;
  const Body body = BodyOf(std::vector<double>(32, 1), Borders(32, {}), 0);
  EXPECT_THAT(ChooseCuts(body, limits), ElementsAre(8, 16, 20, 24, 26, 28, 30));
  // No cut where the pieces would be mostly set-up.
  Body dear = body;
  dear.setup_s = 1.5;
  limits.max_part_s = 9.5;
  EXPECT_THAT(ChooseCuts(dear, limits), ElementsAre(8, 16, 24));
}

TEST(BorderBetweenTest, SeesClassesThroughParameters) {
  EXPECT_EQ(BorderBetween("t.py::test_a", "t.py::test_b"), Border::kTest);
  EXPECT_EQ(BorderBetween("t.py::test_a", "t.py::TestX::test_b"), Border::kClass);
  EXPECT_EQ(BorderBetween("t.py::TestX::test_a", "t.py::TestX::test_b"), Border::kTest);
  EXPECT_EQ(BorderBetween("t.py::TestX::test_a", "t.py::TestX::TestY::test_a"), Border::kClass);
  EXPECT_EQ(BorderBetween("t.py::test_a[x::y]", "t.py::test_a[z]"), Border::kTest);
  EXPECT_EQ(BorderBetween("[d]/t.py::TestX::test_a", "[d]/t.py::TestX::test_b"), Border::kTest);
  EXPECT_EQ(BorderBetween("", "::"), Border::kTest);
}

}  // namespace
}  // namespace fastest::plan
