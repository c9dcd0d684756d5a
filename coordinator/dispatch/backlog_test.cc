#include "coordinator/dispatch/backlog.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Backlog::Worker kFirst{{0, 0}, 1};
constexpr Backlog::Worker kSecond{{0, 1}, 1};

class BacklogTest : public ::testing::Test {
 protected:
  // Work of the module with this number.
  static Work Of(uint32_t module, double predicted_s = 1, uint32_t unit = 0) {
    Work work;
    work.module = module;
    work.package = module / 10;
    work.cost.predicted_s = predicted_s;
    work.cost.unit = unit;
    return work;
  }

  static Work OfTests(uint32_t module, const std::vector<uint32_t>& nodes) {
    Work work = Of(module);
    for (const uint32_t node : nodes) work.tests.push_back({node, 0});
    return work;
  }

  static Backlog::Taker By(Backlog::Worker worker) {
    Backlog::Taker taker;
    taker.worker = worker;
    return taker;
  }

  // The module of what the taker gets; -1: nothing.
  int Take(const Backlog::Taker& taker) {
    const std::optional<Work> work = backlog_.Take(taker);
    return work.has_value() ? static_cast<int>(work->module) : -1;
  }

  std::vector<uint32_t> Modules() const {
    std::vector<uint32_t> modules;
    for (const Work* work : backlog_.All()) modules.push_back(work->module);
    return modules;
  }

  Backlog backlog_;
};

TEST_F(BacklogTest, WorkIsTakenInOrderAndWhatIsHandedBackGoesFirst) {
  backlog_.Add(Of(1));
  backlog_.Add(Of(2));
  backlog_.PutFirst({Of(3), Of(4)});
  EXPECT_EQ(backlog_.size(), 4u);
  EXPECT_THAT(Modules(), ElementsAre(3, 4, 1, 2));
  EXPECT_EQ(Take(By(kFirst)), 3);
  EXPECT_EQ(backlog_.size(), 3u);
}

TEST_F(BacklogTest, TheWorkerThatHadItIsTheLastThatGetsItAgain) {
  backlog_.PutElsewhere(kFirst, Of(7));
  EXPECT_EQ(Take(By(kFirst)), -1);
  backlog_.Add(Of(1));
  EXPECT_EQ(Take(By(kFirst)), 1);
  EXPECT_EQ(Take(By(kSecond)), 7);
  backlog_.PutElsewhere(kFirst, Of(7));
  Backlog::Taker last_resort = By(kFirst);
  last_resort.is_last_resort = true;
  EXPECT_EQ(Take(last_resort), 7);
  EXPECT_EQ(backlog_.size(), 0u);
}

TEST_F(BacklogTest, TheNextWorkerOfTheSameSlotIsAnother) {
  backlog_.PutElsewhere(kFirst, Of(7));
  EXPECT_EQ(Take(By({kFirst.first, 2})), 7);
}

TEST_F(BacklogTest, AWarmBatchComesBeforeOthersThatAreAboutAsLong) {
  for (const uint32_t module : {20, 30, 12, 11}) backlog_.Add(Of(module));
  Backlog::Taker warm = By(kFirst);
  warm.module = 11;
  warm.package = 1;
  EXPECT_EQ(Take(warm), 11) << "its very module";
  EXPECT_EQ(Take(warm), 12) << "another of its folder";
  EXPECT_EQ(Take(warm), 20);
}

TEST_F(BacklogTest, AMuchShorterBatchIsNotWarmEnough) {
  backlog_.Add(Of(20, 10));
  backlog_.Add(Of(11, 7));
  Backlog::Taker warm = By(kFirst);
  warm.module = 11;
  EXPECT_EQ(Take(warm), 20);
}

TEST_F(BacklogTest, ASingleSlotKeepsTheOrder) {
  for (const uint32_t module : {20, 11}) backlog_.Add(Of(module));
  Backlog::Taker single = By(kFirst);
  single.module = 11;
  single.is_single_slot = single.is_held_up = true;
  EXPECT_EQ(Take(single), 20);
}

TEST_F(BacklogTest, AWorkerThatIsHeldUpGetsTheShortest) {
  for (const uint32_t module : {1, 2, 3}) backlog_.Add(Of(module));
  Backlog::Taker held_up = By(kFirst);
  held_up.is_held_up = true;
  EXPECT_EQ(Take(held_up), 3);
}

TEST_F(BacklogTest, AUnitIsTakenFromItsBeginning) {
  backlog_.Add(Of(20));
  for (const uint32_t module : {12, 11, 13}) backlog_.Add(Of(module, 1, /*unit=*/5));
  Backlog::Taker warm = By(kFirst);
  warm.module = 11;
  warm.package = 1;
  EXPECT_EQ(Take(warm), 20) << "the unit has a warm batch in its midst only";
  EXPECT_EQ(Take(warm), 12);
  EXPECT_EQ(backlog_.TakeNeighbour(5)->module, 11u);
  EXPECT_FALSE(backlog_.TakeNeighbour(6).has_value());
  EXPECT_EQ(backlog_.TakeNeighbour(5)->module, 13u);
  EXPECT_FALSE(backlog_.TakeNeighbour(5).has_value());
}

TEST_F(BacklogTest, WorkWithoutAUnitHasNoNeighbours) {
  backlog_.Add(Of(1));
  EXPECT_FALSE(backlog_.TakeNeighbour(0).has_value());
}

TEST_F(BacklogTest, DoneTestsAreTakenOutAndBatchesToBeCollectedStay) {
  backlog_.Add(OfTests(1, {1, 2}));
  backlog_.Add(OfTests(2, {3}));
  backlog_.Add(Of(3));
  backlog_.PutElsewhere(kFirst, OfTests(4, {3}));
  backlog_.PutElsewhere(kSecond, OfTests(5, {4}));
  backlog_.RemoveDone([](TestKey key) { return key.node == 1 || key.node == 3; });
  EXPECT_THAT(Modules(), ElementsAre(1, 3, 5));
  EXPECT_EQ(backlog_.size(), 3u);
  EXPECT_THAT(backlog_.All()[0]->tests, ElementsAre(TestKey{2, 0}));
}

TEST_F(BacklogTest, AllCanBeTaken) {
  backlog_.Add(Of(1));
  backlog_.PutElsewhere(kFirst, Of(2));
  EXPECT_EQ(backlog_.TakeAll().size(), 2u);
  EXPECT_EQ(backlog_.size(), 0u);
  EXPECT_THAT(Modules(), IsEmpty());
}

}  // namespace
}  // namespace fastest::dispatch
