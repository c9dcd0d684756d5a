#include "coordinator/dispatch/dispatch_queue.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SlotKey kA{0, 0};
constexpr SlotKey kB{0, 1};
constexpr SlotKey kC{1, 0};

v1::TestRef Ref(const std::string& id, uint32_t index = 0) {
  v1::TestRef ref;
  ref.set_node_id(id);
  ref.set_index(index);
  return ref;
}

std::vector<v1::TestRef> Refs(const std::vector<std::string>& ids) {
  std::vector<v1::TestRef> refs;
  for (const std::string& id : ids) refs.push_back(Ref(id));
  return refs;
}

v1::Batch Module(const std::string& name) {
  v1::Batch batch;
  batch.set_module(name);
  return batch;
}

// "m", "m/2" for part 2, "m[x y]" for named tests.
std::string Show(const v1::Batch& batch) {
  std::string text = batch.module();
  if (batch.boundaries_size() > 0) absl::StrAppend(&text, "/", batch.part());
  if (batch.tests_size() > 0) {
    std::string ids;
    for (const v1::TestRef& ref : batch.tests()) absl::StrAppend(&ids, ids.empty() ? "" : " ", ref.node_id());
    absl::StrAppend(&text, "[", ids, "]");
  }
  return text;
}

std::vector<std::string> Show(const std::vector<Left>& left) {
  std::vector<std::string> texts;
  for (const Left& work : left) texts.push_back(Show(work.batch));
  return texts;
}

std::vector<std::string> Show(const std::vector<v1::Batch>& batches) {
  std::vector<std::string> texts;
  for (const v1::Batch& batch : batches) texts.push_back(Show(batch));
  return texts;
}

class DispatchQueueTest : public ::testing::Test {
 protected:
  explicit DispatchQueueTest(DispatchQueue::Options options = {}) : queue_(options, names_) {}

  void Add(const std::string& module, double predicted_s = 10) { queue_.Add(Module(module), predicted_s); }

  // The lease has one test, which has its result.
  void Finish(uint64_t lease_id, const std::string& test) {
    queue_.Collected(lease_id, Refs({test}));
    queue_.ResultArrived(lease_id, Ref(test));
    queue_.LeaseDone(lease_id);
  }

  void AddReadySlots(const std::vector<SlotKey>& slots) {
    for (SlotKey slot : slots) queue_.SlotAdded(slot);
    for (SlotKey slot : slots) queue_.SlotReady(slot);
  }

  // "0.1 gets m as 3", "0.1 finishes", "0.1 starts".
  std::vector<std::string> Actions() {
    std::vector<std::string> texts;
    for (const Action& action : queue_.TakeActions()) {
      if (const auto* grant = std::get_if<GrantLease>(&action)) {
        texts.push_back(absl::StrCat(grant->slot.agent, ".", grant->slot.slot, " gets ", Show(grant->lease.batch()),
                                     " as ", grant->lease.id()));
      } else if (const auto* finish = std::get_if<FinishSlot>(&action)) {
        texts.push_back(absl::StrCat(finish->slot.agent, ".", finish->slot.slot, " finishes"));
      } else if (const auto* start = std::get_if<StartWorker>(&action)) {
        texts.push_back(absl::StrCat(start->slot.agent, ".", start->slot.slot, " starts"));
      } else {
        const auto& revoke = std::get<RevokeLease>(action);
        texts.push_back(absl::StrCat(revoke.slot.agent, ".", revoke.slot.slot, " returns ", revoke.lease_id));
      }
    }
    return texts;
  }

  StringTable names_;
  DispatchQueue queue_;
};

TEST_F(DispatchQueueTest, AWarmBatchComesBeforeOthersThatAreAboutAsLong) {
  for (const char* module : {"a/1.py", "b/1.py", "b/2.py", "a/2.py"}) Add(module);
  queue_.Seal();
  AddReadySlots({kA, kB});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets a/1.py as 1", "0.1 gets b/1.py as 2"));
  Finish(1, "a/1.py::t");
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets a/2.py as 3"));
}

TEST_F(DispatchQueueTest, ASingleSlotKeepsTheOrderEvenBehindALongTest) {
  for (const char* module : {"a.py", "b.py", "c.py"}) Add(module, 100);
  queue_.Seal();
  AddReadySlots({kA});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets a.py as 1"));
  queue_.Collected(1, Refs({"a.py::t"}));
  queue_.WorkerWaits(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets b.py as 2"));
}

TEST_F(DispatchQueueTest, ALongerBatchIsNotPassedOverForAWarmOne) {
  Add("a/1.py", 20);
  Add("b/1.py", 19);
  Add("b/2.py", 10);
  Add("a/2.py", 5);
  queue_.Seal();
  AddReadySlots({kA, kB});
  Actions();
  Finish(1, "a/1.py::t");
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets b/2.py as 3"));
}

TEST_F(DispatchQueueTest, AnotherPartOfTheSameModuleIsWarmerThanTheSameFolder) {
  v1::Batch part = Module("a/1.py");
  part.add_boundaries("a/1.py::u");
  queue_.Add(part, 10);
  Add("b/1.py");
  Add("a/2.py");
  part.set_part(1);
  queue_.Add(part, 10);
  queue_.Seal();
  AddReadySlots({kA, kB});
  Actions();
  Finish(1, "a/1.py::t");
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets a/1.py/1 as 3"));
}

TEST_F(DispatchQueueTest, WithoutAnythingItWaitsUntilSealed) {
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_FALSE(queue_.Finished());
  queue_.Seal();
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(queue_.GivenUp(), IsEmpty());
}

TEST_F(DispatchQueueTest, WorkWithoutSlotsWaitsForSlots) {
  Add("m");
  queue_.Seal();
  EXPECT_FALSE(queue_.Finished());
  EXPECT_THAT(queue_.GivenUp(), IsEmpty());
}

TEST_F(DispatchQueueTest, ReadySlotsGetBatchesInOrder) {
  Add("m1");
  Add("m2");
  Add("m3");
  queue_.Seal();
  queue_.SlotAdded(kA);
  queue_.SlotAdded(kB);
  EXPECT_THAT(Actions(), IsEmpty());
  queue_.SlotReady(kB);
  EXPECT_THAT(Actions(), ElementsAre("0.1 gets m1 as 1"));
  queue_.SlotReady(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 2"));
  EXPECT_THAT(Actions(), IsEmpty());
}

TEST_F(DispatchQueueTest, NextLeaseComesWhenOnlyTheHeldBackTestIsLeft) {
  Add("m1");
  Add("m2");
  AddReadySlots({kA});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1"));
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.ResultArrived(1, Ref("a"));
  EXPECT_THAT(Actions(), IsEmpty());
  queue_.ResultArrived(1, Ref("b"));
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 2"));
  queue_.Collected(2, Refs({"d"}));
  EXPECT_THAT(Actions(), IsEmpty()) << "two leases are a slot's most";
  queue_.ResultArrived(1, Ref("c"));
  queue_.LeaseDone(1);
  EXPECT_THAT(Actions(), IsEmpty()) << "more work may come";
  queue_.Seal();
  EXPECT_THAT(Actions(), ElementsAre("0.0 finishes"));
  queue_.ResultArrived(2, Ref("d"));
  queue_.LeaseDone(2);
  EXPECT_FALSE(queue_.Finished());
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_TRUE(queue_.Finished());
}

TEST_F(DispatchQueueTest, NextLeaseComesEarlyWhenTheFirstWillEndSoon) {
  Add("m1", 1);
  Add("m2", 0.01);
  Add("m3", 0.01);
  AddReadySlots({kA});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1"));
  queue_.Collected(1, Refs({"a", "b", "c", "d", "e", "f", "g", "h"}));
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    queue_.ResultArrived(1, Ref(id));
    EXPECT_THAT(Actions(), IsEmpty());
  }
  queue_.ResultArrived(1, Ref("f"));
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 2"));
  queue_.LeaseDone(1);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m3 as 3"));
}

TEST_F(DispatchQueueTest, ShortBatchesGoByTwos) {
  for (const char* module : {"m1", "m2", "m3", "m4", "m5"}) Add(module, 0.01);
  AddReadySlots({kA, kB});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1", "0.1 gets m2 as 2", "0.0 gets m3 as 3", "0.1 gets m4 as 4"));
}

TEST_F(DispatchQueueTest, TheLastBatchesAreKeptForSlotsThatAreStarting) {
  for (const char* module : {"m1", "m2"}) Add(module, 0.01);
  queue_.SlotAdded(kA);
  queue_.SlotAdded(kB);
  queue_.SlotReady(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1"));
  queue_.SlotReady(kB);
  EXPECT_THAT(Actions(), ElementsAre("0.1 gets m2 as 2"));
}

TEST_F(DispatchQueueTest, AStartingSlotNeverKeepsAWorkerWaiting) {
  Add("m1", 5);
  Add("m2", 5);
  queue_.SlotAdded(kA);
  queue_.SlotAdded(kB);
  queue_.SlotReady(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1"));
  queue_.Collected(1, Refs({"a"}));
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 2"));
}

TEST_F(DispatchQueueTest, TheLastBatchGoesToTheFreeSlotAndThenToTheOneThatEndsFirst) {
  Add("m1");
  Add("m2");
  AddReadySlots({kA, kB});
  Actions();
  queue_.Collected(1, Refs({"a"}));
  queue_.Collected(2, Refs({}));
  queue_.LeaseDone(2);
  Add("m3");
  EXPECT_THAT(Actions(), ElementsAre("0.1 gets m3 as 3"));
  queue_.Seal();
  EXPECT_THAT(Actions(), ElementsAre("0.0 finishes"));
}

TEST_F(DispatchQueueTest, AWaitingWorkerIsServedWhateverTheCountsSay) {
  Add("m1");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.Seal();
  EXPECT_THAT(Actions(), IsEmpty());
  queue_.WorkerWaits(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 finishes"));
}

TEST_F(DispatchQueueTest, AnEmptyLeaseLeavesTheHeldBackTestToTheNext) {
  Add("m1", 0.5);
  Add("empty");
  Add("m3");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a"}));
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets empty as 2"));
  queue_.Collected(2, {});
  queue_.LeaseDone(2);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m3 as 3"));
}

TEST_F(DispatchQueueTest, AUnitIsGrantedAtOnce) {
  for (const char* module : {"a", "b", "c"}) queue_.Add(Module(module), Cost{0.01, 0, false, 1});
  queue_.Add(Module("d"), Cost{0.01, 0, false, 2});
  AddReadySlots({kA, kB});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets a as 1", "0.0 gets b as 2", "0.0 gets c as 3", "0.1 gets d as 4"));
}

TEST_F(DispatchQueueTest, TheShortestWaitsBehindALongTest) {
  Add("long", 30);
  Add("other", 25);
  Add("next", 20);
  Add("shortest", 1);
  AddReadySlots({kA, kB});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets long as 1", "0.1 gets other as 2"));
  queue_.Collected(1, Refs({"a"}));
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets shortest as 3"));
}

TEST_F(DispatchQueueTest, ResultsCountOnceAndOnlyForOpenLeases) {
  Add("m1");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, {Ref("a"), Ref("a", 1)});
  queue_.Collected(1, Refs({"x", "y"}));
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("a")).counts);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("a")).counts);
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("a", 1)).counts);
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("not collected")).counts);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("not collected")).counts);
  EXPECT_FALSE(queue_.ResultArrived(7, Ref("a")).counts);
  queue_.LeaseDone(1);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("b")).counts);
}

TEST_F(DispatchQueueTest, ACrashHandsBackWhatIsLeftAtTheHead) {
  Add("m1");
  Add("m2");
  Add("m3");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c", "d"}));
  queue_.ResultArrived(1, Ref("a"));
  queue_.WorkerWaits(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 2"));
  queue_.ResultArrived(1, Ref("b"));  // The crash, told by the agent.
  queue_.WorkerGone(kA, true);
  EXPECT_FALSE(queue_.Finished());
  EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("c")).counts) << "the attempt is over";
  queue_.SlotReady(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1[c d] as 3"));
  queue_.WorkerWaits(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 4"));
}

TEST_F(DispatchQueueTest, ACrashOnTheLastTestLeavesNothing) {
  Add("m1");
  queue_.Seal();
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a"}));
  EXPECT_THAT(Actions(), ElementsAre("0.0 finishes"));
  queue_.ResultArrived(1, Ref("a"));
  queue_.WorkerGone(kA, true);
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_THAT(queue_.GivenUp(), IsEmpty());
}

TEST_F(DispatchQueueTest, WorkHandedBackWakesASlotThatHasEnded) {
  Add("m1");
  Add("m2");
  queue_.Seal();
  AddReadySlots({kA, kB});
  Actions();
  queue_.Collected(2, {});
  queue_.LeaseDone(2);
  EXPECT_THAT(Actions(), ElementsAre("0.1 finishes"));
  queue_.WorkerGone(kB, true);
  EXPECT_THAT(Actions(), IsEmpty());
  queue_.WorkerGone(kA, false);
  EXPECT_FALSE(queue_.Finished());
  EXPECT_THAT(Actions(), ElementsAre("0.1 starts"));
  queue_.SlotReady(kB);
  EXPECT_THAT(Actions(), ElementsAre("0.1 gets m1 as 3"));
}

TEST_F(DispatchQueueTest, ALivingSlotWithoutWorkTakesWhatACrashLeft) {
  Add("m1");
  Add("m2");
  AddReadySlots({kA, kB});
  Actions();
  queue_.Seal();
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.Collected(2, Refs({"d", "e", "f"}));
  queue_.WorkerGone(kA, true);
  queue_.WorkerWaits(kB);
  EXPECT_THAT(Actions(), ElementsAre("0.1 gets m1[a b c] as 3"));
}

TEST_F(DispatchQueueTest, ALostAgentIsNotReplaced) {
  Add("m1");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a", "b"}));
  queue_.ResultArrived(1, Ref("a"));
  queue_.Seal();
  queue_.WorkerGone(kA, false);
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("m1[b]"));
  EXPECT_THAT(queue_.SetAside(), IsEmpty());
  // Somebody joins after all.
  AddReadySlots({kC});
  EXPECT_FALSE(queue_.Finished());
  EXPECT_THAT(queue_.GivenUp(), IsEmpty());
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[b] as 2"));
}

TEST_F(DispatchQueueTest, WorkersThatDieAtTheStartAreReplacedThreeTimesOnly) {
  queue_.SlotAdded(kA);
  queue_.WorkerGone(kA, true);
  EXPECT_FALSE(queue_.Finished());
  EXPECT_THAT(Actions(), ElementsAre("0.0 starts")) << "work is still to come";
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_THAT(queue_.SetAside(), ElementsAre(kA));
  EXPECT_TRUE(queue_.Finished());
  Add("m");
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("m"));
}

TEST_F(DispatchQueueTest, AFinishedTestEndsARowOfBarrenWorkers) {
  Add("m");
  AddReadySlots({kA});
  std::vector<std::string> left = {"a", "b", "c", "d", "e", "f"};
  for (uint64_t lease = 1; lease <= 10; ++lease) {
    ASSERT_EQ(Actions().size(), 1u);
    queue_.Collected(lease, Refs(left));
    // Every second worker finishes a test before it dies.
    if (lease % 2 == 0) {
      EXPECT_TRUE(queue_.ResultArrived(lease, Ref(left.front())).counts);
      left.erase(left.begin());
    }
    queue_.WorkerGone(kA, true);
    EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
    queue_.SlotReady(kA);
  }
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m[f] as 11"));
  EXPECT_THAT(queue_.SetAside(), IsEmpty());
}

TEST_F(DispatchQueueTest, ABatchThatNobodySurvivesIsGivenUpAndCostsNoSlot) {
  Add("poison");
  Add("good");
  queue_.Seal();
  AddReadySlots({kA});
  for (int death = 1; death <= 3; ++death) {
    EXPECT_THAT(Actions(), ElementsAre(absl::StrCat("0.0 gets poison as ", death)));
    queue_.WorkerGone(kA, true);
    EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
    queue_.SlotReady(kA);
  }
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets good as 4"));
  queue_.LeaseDone(4);
  EXPECT_THAT(Actions(), ElementsAre("0.0 finishes"));
  queue_.WorkerGone(kA, true);
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("poison"));
}

TEST_F(DispatchQueueTest, TheLeaseBeingCollectedIsBlamedNotTheOneWhoseTestIsHeldBack) {
  Add("m1");
  Add("poison");
  queue_.Seal();
  AddReadySlots({kA});
  uint64_t lease = 0;
  for (int death = 1; death <= 3; ++death) {
    Actions();
    queue_.Collected(++lease, Refs({"a"}));
    Actions();
    ++lease;
    queue_.WorkerGone(kA, true);
    EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
    queue_.SlotReady(kA);
  }
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1[a] as 7"));
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("poison"));
}

TEST_F(DispatchQueueTest, ASlotOnWhichEverythingDiesTakesAtMostOneBatchAlong) {
  for (const char* module : {"m1", "m2", "m3"}) Add(module);
  queue_.Seal();
  AddReadySlots({kA});
  int deaths = 0;
  for (; queue_.SetAside().empty() && deaths < 100; ++deaths) {
    Actions();
    queue_.WorkerGone(kA, true);
    Actions();
    queue_.SlotReady(kA);
  }
  EXPECT_EQ(deaths, 4);
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("m1", "m2", "m3"));
}

TEST_F(DispatchQueueTest, PartsAndNamedTestsComeBackAsTheyWere) {
  v1::Batch part = Module("m");
  part.add_boundaries("m::b");
  part.set_part(1);
  queue_.Add(part, 1);
  v1::Batch named;
  *named.add_tests() = Ref("x");
  *named.add_tests() = Ref("y");
  queue_.Add(named, 1);
  queue_.Seal();
  AddReadySlots({kA, kB});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m/1 as 1", "0.1 gets [x y] as 2"));
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
  queue_.SlotReady(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m/1 as 3"));
  queue_.Collected(3, Refs({"m::b", "m::c"}));
  queue_.ResultArrived(3, Ref("m::b"));
  queue_.WorkerGone(kA, false);
  queue_.WorkerGone(kB, false);
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("[x y]", "m[m::c]"));
}

TEST_F(DispatchQueueTest, AStopGrantsNothingAndEndsEverySlot) {
  for (const char* module : {"m1", "m2", "m3"}) Add(module);
  queue_.SlotAdded(kA);
  queue_.SlotAdded(kB);
  queue_.SlotAdded(kC);
  queue_.SlotReady(kA);
  queue_.SlotReady(kB);
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.Collected(2, Refs({"d"}));
  EXPECT_THAT(queue_.LeftByStop(), IsEmpty());
  queue_.Stop();
  Add("m4");
  EXPECT_THAT(Actions(), ElementsAre("0.1 finishes"));
  queue_.ResultArrived(1, Ref("b"));
  EXPECT_THAT(Show(queue_.LeftByStop()), ElementsAre("m3", "m4", "m1[a c]", "m2[d]"));
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), IsEmpty()) << "nothing is handed back";
  queue_.ResultArrived(2, Ref("d"));
  queue_.LeaseDone(2);
  queue_.WorkerGone(kB, true);
  EXPECT_FALSE(queue_.Finished());
  queue_.SlotReady(kC);
  EXPECT_THAT(Actions(), ElementsAre("1.0 finishes"));
  queue_.WorkerGone(kC, true);
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(queue_.GivenUp(), IsEmpty());
  EXPECT_THAT(Show(queue_.LeftByStop()), ElementsAre("m3", "m4", "m1[a c]"));
}

TEST_F(DispatchQueueTest, UnknownNamesAreIgnored) {
  AddReadySlots({kA});
  queue_.SlotReady(kC);
  queue_.WorkerWaits(kC);
  queue_.WorkerGone(kC, true);
  queue_.Collected(99, Refs({"a"}));
  queue_.LeaseDone(99);
  EXPECT_THAT(Actions(), IsEmpty());
  queue_.WorkerGone(kA, false);
  queue_.WorkerGone(kA, true);
  queue_.SlotReady(kA);
  Add("m");
  EXPECT_THAT(Actions(), IsEmpty()) << "a slot that is gone stays gone";
}

TEST_F(DispatchQueueTest, NonsensePredictionsCountAsNone) {
  Add("m1", std::nan(""));
  Add("m2", -5);
  Add("m3", HUGE_VAL);
  queue_.Seal();
  AddReadySlots({kA});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1", "0.0 gets m2 as 2"));
  queue_.LeaseDone(1);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m3 as 3"));
  queue_.LeaseDone(2);
  EXPECT_THAT(Actions(), ElementsAre("0.0 finishes"));
}

class FewReplacementsTest : public DispatchQueueTest {
 protected:
  static DispatchQueue::Options Few() {
    DispatchQueue::Options options;
    options.max_replacements_per_slot = 1;
    return options;
  }
  FewReplacementsTest() : DispatchQueueTest(Few()) {}
};

TEST_F(FewReplacementsTest, BeyondThemWhatIsLeftIsGivenUp) {
  Add("m1");
  queue_.Seal();
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.ResultArrived(1, Ref("a"));
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
  queue_.SlotReady(kA);
  Actions();
  queue_.Collected(2, Refs({"b", "c"}));
  queue_.ResultArrived(2, Ref("b"));
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_TRUE(queue_.Finished());
  EXPECT_THAT(queue_.SetAside(), ElementsAre(kA));
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("m1[c]"));
}

// Agents 0 and 1, heard of at 100; a lease of 20 s; one retry.
class FarmTest : public DispatchQueueTest {
 protected:
  static DispatchQueue::Options Farm() {
    DispatchQueue::Options options;
    options.lease_s = 20;
    options.retries = 1;
    return options;
  }
  FarmTest() : DispatchQueueTest(Farm()) {
    queue_.AgentJoined(0, "anna", 100);
    queue_.AgentJoined(1, "bert", 100);
  }
};

TEST_F(FarmTest, WhatALostAgentHeldGoesToAnotherAndTheRunningTestOnce) {
  Add("m1");
  queue_.Seal();
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.ResultArrived(1, Ref("a"));
  queue_.TestStarted(1, Ref("b"));
  queue_.AgentLost(0, "no route", 110);
  EXPECT_TRUE(queue_.Stranded());
  AddReadySlots({kC});
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[b c] as 2"));
  queue_.Collected(2, Refs({"b", "c"}));
  queue_.TestStarted(2, Ref("b"));
  queue_.AgentLost(1, "", 120);
  ASSERT_THAT(Show(queue_.GivenUp()), ElementsAre("m1[b]", "m1[c]"));
  const std::string why = queue_.GivenUp()[0].why;
  EXPECT_THAT(why, ::testing::AllOf(::testing::HasSubstr("anna was lost at"), ::testing::HasSubstr("no route"),
                                    ::testing::HasSubstr("bert was lost at")));
}

TEST_F(FarmTest, AFailureIsFinalWhereNoRetryMayBeGiven) {
  Add("m1");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a", "b"}));
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("a"), /*failed=*/true, /*crashed=*/false, /*may_retry=*/false).last);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("b"), /*failed=*/true, /*crashed=*/false, /*may_retry=*/true).last);
}

TEST_F(FarmTest, ATestMarkedNoRetryIsNotRunAgainWhateverHappens) {
  Add("m1");
  AddReadySlots({kA, kC});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c"}), {0, 1});
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("a"), /*failed=*/true).last);
  queue_.TestStarted(1, Ref("b"));
  queue_.AgentLost(0, "gone", 110);
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[c] as 2"));
  EXPECT_THAT(Show(queue_.GivenUp()), ElementsAre("m1[b]"));
  EXPECT_THAT(queue_.GivenUp()[0].why, ::testing::HasSubstr("no_retry"));
}

TEST_F(FarmTest, TheFirstResultWinsAlsoFromAnAgentThatWasGivenUp) {
  Add("m1");
  AddReadySlots({kA, kC});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c"}));
  queue_.AgentLost(0, "gone", 110);
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("a")).counts) << "still in the queue";
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[b c] as 2"));
  queue_.Collected(2, Refs({"b", "c"}));
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("b")).counts) << "given to another already";
  EXPECT_FALSE(queue_.ResultArrived(2, Ref("b")).counts);
  EXPECT_TRUE(queue_.ResultArrived(2, Ref("c")).counts);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("c")).counts);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("unheard of")).counts);
}

TEST_F(FarmTest, AnAgentThatIsNotHeardOfIsLostWhenItsLeaseEnds) {
  EXPECT_EQ(queue_.NextDeadline(), 120);
  EXPECT_THAT(queue_.Tick(105), IsEmpty());
  queue_.AgentHeard(0, 110);
  EXPECT_THAT(queue_.Tick(114), IsEmpty());
  EXPECT_THAT(queue_.Tick(120), ElementsAre(1));
  EXPECT_EQ(queue_.NextDeadline(), 130);
  queue_.AgentHeard(1, 121);
  EXPECT_EQ(queue_.NextDeadline(), 130) << "it stays lost";
}

TEST_F(FarmTest, ACoordinatorThatSleptBlamesNobody) {
  EXPECT_THAT(queue_.Tick(101), IsEmpty());
  EXPECT_THAT(queue_.Tick(1000), IsEmpty());
  EXPECT_EQ(queue_.NextDeadline(), 1020);
}

TEST_F(FarmTest, ABrokenAgentKeepsWhatItHasAndGetsNothing) {
  Add("m1");
  Add("m2");
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a"}));
  queue_.AgentBroken(0);
  EXPECT_THAT(Actions(), IsEmpty());
  queue_.AgentResumed(0, 110);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m2 as 2"));
  EXPECT_TRUE(queue_.ResultArrived(1, Ref("a")).counts);
}

TEST_F(FarmTest, ADrainingAgentIsFinishedAndWhatItDidNotRunGoesOn) {
  Add("m1");
  Add("m2");
  queue_.Seal();
  AddReadySlots({kA, kB, kC});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1", "0.1 gets m2 as 2", "1.0 finishes"));
  queue_.WorkerGone(kC, true);
  queue_.Collected(1, Refs({"a", "b"}));
  queue_.Collected(2, {});
  queue_.LeaseDone(2);
  queue_.AgentDraining(0);
  EXPECT_THAT(Actions(), ElementsAre("0.1 finishes"));
  queue_.ResultArrived(1, Ref("a"));
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), ElementsAre("1.0 starts"));
  queue_.SlotReady(kC);
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[b] as 3"));
}

TEST_F(FarmTest, AFailedTestIsRunAgainByAnotherWorker) {
  Add("m1");
  queue_.Add(Module("m2"), Cost{10, 0, /*indivisible=*/true});
  AddReadySlots({kA, kC});
  Actions();
  queue_.Collected(1, Refs({"a"}));
  queue_.Collected(2, Refs({"b", "c", "d"}));
  const Verdict first = queue_.ResultArrived(1, Ref("a"), /*failed=*/true);
  EXPECT_TRUE(first.counts);
  EXPECT_FALSE(first.last);
  EXPECT_FALSE(queue_.ResultArrived(1, Ref("a"), true).counts);
  queue_.LeaseDone(1);
  EXPECT_THAT(Actions(), IsEmpty()) << "the free slot is the one on which it failed";
  queue_.WorkerWaits(kC);
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[a] as 3"));
  queue_.Collected(3, Refs({"a"}));
  const Verdict second = queue_.ResultArrived(3, Ref("a"), true);
  EXPECT_TRUE(second.last);
  EXPECT_EQ(second.attempt, 2);
}

TEST_F(FarmTest, ALonelySlotRunsItsFailuresAgainItself) {
  Add("m1");
  queue_.Seal();
  AddReadySlots({kA});
  Actions();
  queue_.Collected(1, Refs({"a"}));
  queue_.ResultArrived(1, Ref("a"), true);
  queue_.LeaseDone(1);
  Add("m2");
  queue_.WorkerGone(kA, true);
  EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
  queue_.SlotReady(kA);
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1[a] as 2"));
}

TEST_F(FarmTest, AnIdleSlotTakesHalfOfWhatABusyOneHasNotBegun) {
  queue_.Add(Module("m1"), Cost{10, 1});
  queue_.Seal();
  AddReadySlots({kA, kC});
  EXPECT_THAT(Actions(), ElementsAre("0.0 gets m1 as 1", "1.0 finishes")) << "what is not collected can't be parted";
  queue_.WorkerGone(kC, true);
  queue_.Collected(1, Refs({"a", "b", "c", "d", "e"}));
  queue_.SlotAdded(kC);
  queue_.SlotReady(kC);
  EXPECT_THAT(Actions(), ElementsAre("0.0 returns 1"));
  queue_.Returned(1, Refs({"d", "e"}), false);
  EXPECT_THAT(Actions(), ElementsAre("1.0 gets m1[d e] as 2"));
  EXPECT_FALSE(queue_.ResultArrived(7, Ref("d")).counts);
  EXPECT_EQ(queue_.steals(), 1);
}

TEST_F(FarmTest, WhatIsShorterThanItsSetUpIsNotStolen) {
  queue_.Add(Module("m1"), Cost{10, 8});
  queue_.Add(Module("m2"), Cost{100, 0, /*indivisible=*/true});
  queue_.Seal();
  AddReadySlots({kA, kB});
  Actions();
  queue_.Collected(1, Refs({"a", "b", "c", "d", "e"}));
  queue_.Collected(2, Refs({"f", "g", "h", "i", "j"}));
  AddReadySlots({kC});
  EXPECT_THAT(Actions(), ElementsAre("1.0 finishes"));
}

TEST_F(FarmTest, AnAgentWhereTestAfterTestDiesIsSetAsideIfAnotherDoesBetter) {
  for (int i = 0; i < 20; ++i) Add(absl::StrCat("m", i));
  AddReadySlots({kA});
  for (uint64_t lease = 1; lease <= 6; ++lease) {
    if (lease == 6) {
      AddReadySlots({kC});
      Actions();
      queue_.ResultArrived(7, Ref("fine"));
    } else {
      Actions();
    }
    queue_.ResultArrived(lease, Ref(absl::StrCat("t", lease)), false, /*crashed=*/true);
    queue_.WorkerGone(kA, true);
    if (lease < 6) {
      EXPECT_THAT(queue_.TakeAgentsSetAside(), IsEmpty()) << "nobody does better";
      EXPECT_THAT(Actions(), ElementsAre("0.0 starts"));
      queue_.SlotReady(kA);
    }
  }
  EXPECT_THAT(queue_.TakeAgentsSetAside(), ElementsAre(0));
  for (const std::string& action : Actions()) EXPECT_EQ(action.substr(0, 3), "1.0");
}

TEST_F(FarmTest, AnAgentWhereNoWorkerComesToATestIsSetAsideIfThereIsAnother) {
  for (int i = 0; i < 20; ++i) Add(absl::StrCat("m", i));
  AddReadySlots({kC});
  queue_.SlotAdded(kA);
  for (int death = 0; queue_.SetAside().empty(); ++death) {
    ASSERT_LT(death, 100);
    EXPECT_THAT(queue_.TakeAgentsSetAside(), IsEmpty());
    queue_.WorkerGone(kA, true);
    Actions();
  }
  EXPECT_THAT(queue_.TakeAgentsSetAside(), ElementsAre(0));
}

TEST_F(FarmTest, ShortBatchesHideALongRoundTrip) {
  for (int i = 0; i < 20; ++i) Add(absl::StrCat("m", i), 0.01);
  queue_.AgentRoundTrip(1, 0.04);
  AddReadySlots({kA, kC});
  EXPECT_EQ(Actions().size(), 2u + 8u);
}

}  // namespace
}  // namespace fastest::dispatch
