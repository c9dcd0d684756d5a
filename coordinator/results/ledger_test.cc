#include "coordinator/results/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace fastest::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::TestRef Ref(const std::string& node_id, uint32_t index = 0) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  ref.set_index(index);
  return ref;
}

v1::WorkerMessage::Collected Collected(const std::vector<std::string>& ids, const std::string& digest = "d",
                                       int deselected = 0) {
  v1::WorkerMessage::Collected collected;
  for (const std::string& id : ids) *collected.add_tests() = Ref(id);
  collected.set_module_digest(digest);
  collected.set_module_deselected(deselected);
  return collected;
}

// Phases as "category/outcome" of set-up, call and teardown.
v1::TestResult Result(const std::string& node_id, const std::vector<std::pair<std::string, std::string>>& phases) {
  v1::TestResult result;
  *result.mutable_ref() = Ref(node_id);
  for (const auto& [category, outcome] : phases) {
    v1::Phase* phase = result.add_phases();
    phase->set_category(category);
    phase->set_outcome(outcome);
  }
  return result;
}

v1::TestResult Passed(const std::string& node_id) {
  return Result(node_id, {{"", "passed"}, {"passed", "passed"}, {"", "passed"}});
}

v1::Batch Part(const std::string& module, const std::vector<std::string>& boundaries, uint32_t part) {
  v1::Batch batch;
  batch.set_module(module);
  for (const std::string& boundary : boundaries) batch.add_boundaries(boundary);
  batch.set_part(part);
  return batch;
}

TEST(LedgerTest, AGoodRunBalances) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x", "a.py::y"}, "d", 3));
  EXPECT_TRUE(ledger.Reported(Passed("a.py::x")));
  EXPECT_TRUE(ledger.Reported(Passed("a.py::y")));
  const Books books = ledger.Close();
  EXPECT_TRUE(books.balanced);
  EXPECT_EQ(books.collected, 2);
  EXPECT_EQ(books.reported, 2);
  EXPECT_EQ(books.deselected, 3);
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kOk);
  EXPECT_EQ(ledger.counts().at("passed"), 2);
  EXPECT_EQ(ledger.counts().at("deselected"), 3);
}

TEST(LedgerTest, AQuarantinedFailureIsCountedApart) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x", "a.py::y", "a.py::z"}));
  v1::TestResult failed = Result("a.py::x", {{"", "passed"}, {"failed", "failed"}, {"error", "failed"}});
  failed.set_outcome(v1::FAILED);
  failed.set_quarantined("flaky");
  ledger.Reported(failed);
  v1::TestResult crashed = Result("a.py::y", {});
  crashed.set_outcome(v1::FAILED);
  crashed.set_quarantined("flaky");
  ledger.Reported(crashed);
  ledger.Reported(Passed("a.py::z"));
  EXPECT_EQ(ledger.failures(), 0);
  EXPECT_EQ(ledger.counts(), (std::map<std::string, int>{{"passed", 1}, {"quarantined", 3}}));
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kOk);
}

// It had named the module itself.
TEST(LedgerTest, AModuleThatAWorkerDoesNotFindIsNotRun) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  ledger.Reported(Passed("a.py::x"));
  v1::WorkerMessage::Collected nothing;
  *nothing.add_missing() = Ref("b.py");
  ledger.Collected("gw0", "b.py", nothing);
  const Books books = ledger.Close();
  ASSERT_EQ(books.not_run.size(), 1u);
  EXPECT_EQ(books.not_run[0].module, "b.py");
  EXPECT_EQ(books.not_run[0].reason, "gw0 was given it and did not find it");
  EXPECT_EQ(books.CountNotRun().Text(), "the tests of 1 file");
  EXPECT_EQ(ExitFromBooks(books, false), kNotRun);
}

TEST(LedgerTest, ATestIsCountedOnce) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  EXPECT_TRUE(ledger.Reported(Passed("a.py::x")));
  EXPECT_FALSE(ledger.Reported(Passed("a.py::x")));
  // The rest of a lease names it again.
  ledger.Collected("gw1", "a.py", Collected({"a.py::x"}));
  EXPECT_EQ(ledger.Close().collected, 1);
  EXPECT_EQ(ledger.counts().at("passed"), 1);
}

TEST(LedgerTest, SameIdWithAnotherIndexIsAnotherTest) {
  StringTable names;
  Ledger ledger(names);
  v1::TestResult second = Passed("a.py::x");
  *second.mutable_ref() = Ref("a.py::x", 1);
  EXPECT_TRUE(ledger.Reported(Passed("a.py::x")));
  EXPECT_TRUE(ledger.Reported(second));
  EXPECT_EQ(ledger.Close().reported, 2);
}

TEST(LedgerTest, AResultForATestThatNobodyCollectedIsLoud) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  ledger.Reported(Passed("a.py::x"));
  ledger.Reported(Passed("a.py::stranger"));
  const Books books = ledger.Close();
  EXPECT_FALSE(books.balanced);
  EXPECT_THAT(books.disagreements, ElementsAre(HasSubstr("a.py::stranger")));
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kNotRun);
}

TEST(LedgerTest, AHoleAndAStrangerDoNotCancelOut) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  ledger.Reported(Passed("a.py::y"));
  const Books books = ledger.Close();
  EXPECT_EQ(books.collected, books.reported);
  EXPECT_FALSE(books.balanced);
}

TEST(LedgerTest, WhatAStopLeftIsExplainedAndNoFailure) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x", "a.py::y", "a.py::z"}));
  ledger.Reported(Passed("a.py::x"));
  ledger.NotRun(Ref("a.py::y"), "a.py", "given up");
  ledger.NotRunRest("stopped");
  const Books books = ledger.Close();
  EXPECT_TRUE(books.balanced);
  ASSERT_EQ(books.not_run.size(), 2u);
  EXPECT_EQ(books.not_run[0].reason, "given up");
  EXPECT_EQ(books.not_run[1].reason, "stopped");
  EXPECT_EQ(books.not_run[1].module, "a.py");
  EXPECT_EQ(ExitFromBooks(ledger.Close(), true), kOk);
}

TEST(LedgerTest, AHoleIsLoudInAStoppedRunToo) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  EXPECT_EQ(ExitFromBooks(ledger.Close(), true), kNotRun);
}

TEST(LedgerTest, NotRunCountsForMoreThanFailures) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "m", Collected({"a", "b"}));
  ledger.Reported(Result("a", {{"", "passed"}, {"failed", "failed"}, {"", "passed"}}));
  ledger.NotRun(Ref("b"), "m", "no worker was left");
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kNotRun);
  EXPECT_EQ(ExitFromBooks(ledger.Close(), true), kTestsFailed);
}

TEST(LedgerTest, ATestThatTheNextWorkerDoesNotFindIsExplained) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x", "a.py::y"}));
  ledger.Reported(Passed("a.py::x"));
  v1::WorkerMessage::Collected rest = Collected({});
  *rest.add_missing() = Ref("a.py::x");
  *rest.add_missing() = Ref("a.py::y");
  ledger.Collected("gw1", "a.py", rest);
  const Books books = ledger.Close();
  EXPECT_TRUE(books.balanced);
  ASSERT_EQ(books.not_run.size(), 1u);
  EXPECT_EQ(books.not_run[0].ref.node_id(), "a.py::y");
  EXPECT_THAT(books.not_run[0].reason, HasSubstr("gw1"));
}

TEST(LedgerTest, AHoleIsLoud) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x", "a.py::y"}));
  ledger.Reported(Passed("a.py::x"));
  const Books books = ledger.Close();
  EXPECT_FALSE(books.balanced);
  ASSERT_EQ(books.not_run.size(), 1u);
  EXPECT_EQ(books.not_run[0].ref.node_id(), "a.py::y");
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kNotRun);
}

TEST(LedgerTest, WhatWasGivenUpIsNamedAndNotGreen) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  ledger.NotRun(Ref("a.py::x"), "a.py", "lost");
  ledger.NotRun(Part("b.py", {}, 0), "never begun", false);
  ledger.NotRun(Part("b.py", {}, 0), "never begun", false);
  const Books books = ledger.Close();
  EXPECT_TRUE(books.balanced);
  ASSERT_EQ(books.not_run.size(), 2u);
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kNotRun);
  EXPECT_EQ(ExitFromBooks(ledger.Close(), true), kOk);
}

TEST(LedgerTest, TestsThatDiscoveryIsSureOfAreNamedPartByPart) {
  StringTable names;
  Ledger ledger(names);
  ledger.Planned("a.py", {"a.py::x", "a.py::y", "a.py::y", "a.py::z"});
  v1::WorkerMessage::Collected first = Collected({"a.py::x"});
  first.set_module_selected(4);
  ledger.Collected("gw0", "a.py", first);
  ledger.Reported(Passed("a.py::x"));
  const std::vector<std::string> boundaries = {"a.py::y", "a.py::gone", "a.py::z"};
  ledger.NotRun(Part("a.py", boundaries, 1), "stopped", false);
  EXPECT_EQ(ledger.Close().not_run.size(), 0u) << "a boundary that is not there makes an empty part";
  ledger.NotRun(Part("a.py", boundaries, 2), "stopped", false);
  ledger.NotRun(Part("a.py", boundaries, 3), "stopped", false);
  const Books books = ledger.Close();
  EXPECT_TRUE(books.balanced);
  EXPECT_EQ(books.collected, 4);
  EXPECT_EQ(books.reported, 1);
  ASSERT_EQ(books.not_run.size(), 3u);
  EXPECT_EQ(books.not_run[0].ref.node_id(), "a.py::y");
  EXPECT_EQ(books.not_run[1].ref.index(), 1u);
  EXPECT_EQ(books.not_run[2].ref.node_id(), "a.py::z");
  EXPECT_EQ(books.CountNotRun().Text(), "3 tests");
}

TEST(LedgerTest, AWorkersWordCountsWhereDiscoveryIsNotSure) {
  StringTable names;
  Ledger ledger(names);
  v1::WorkerMessage::Collected part = Collected({"a.py::x", "a.py::y"});
  part.set_module_selected(5);
  ledger.Collected("gw0", "a.py", part);
  ledger.Reported(Passed("a.py::x"));
  ledger.NotRun(Part("a.py", {"a.py::z"}, 1), "stopped", false);
  ledger.NotRunRest("stopped");
  Books books = ledger.Close();
  EXPECT_EQ(books.collected, 5);
  ASSERT_EQ(books.not_run.size(), 2u);
  EXPECT_EQ(books.not_run[1].module, "a.py");
  EXPECT_EQ(books.not_run[1].tests, 3);
  EXPECT_EQ(books.CountNotRun().Text(), "4 tests");
  // Of this file, nobody has said anything.
  ledger.NotRun(Part("b.py", {}, 0), "stopped", false);
  books = ledger.Close();
  EXPECT_EQ(books.collected, 5);
  EXPECT_EQ(books.CountNotRun().Text(), "at least 4 tests");
}

TEST(LedgerTest, WhatPytestLeavesOutIsNotCounted) {
  StringTable names;
  Ledger ledger(names);
  ledger.Planned("a.py", {"a.py::x", "a.py::y"});
  ledger.NotRun(Part("a.py", {}, 0), "stopped", /*selects=*/true);
  const Books books = ledger.Close();
  EXPECT_EQ(books.collected, 0);
  EXPECT_EQ(books.CountNotRun().Text(), "the tests of 1 file");
}

TEST(LedgerTest, APartOfARunKnowsOnlyItsOwnTests) {
  StringTable names;
  Ledger ledger(names, /*is_part=*/true);
  v1::WorkerMessage::Collected part = Collected({"a.py::x"});
  part.set_module_selected(9);
  ledger.Collected("gw0", "a.py", part);
  ledger.Reported(Passed("a.py::x"));
  ledger.Planned("b.py", {"b.py::x", "b.py::y", "b.py::z"}, /*whole=*/false);
  v1::Batch batch = Part("b.py", {"b.py::y"}, 1);
  batch.add_except()->set_node_id("b.py::z");
  ledger.NotRun(batch, "stopped", false);
  const Books books = ledger.Close();
  ASSERT_EQ(books.not_run.size(), 1u);
  EXPECT_EQ(books.not_run[0].ref.node_id(), "b.py::y");
  EXPECT_EQ(books.collected, 2);
  EXPECT_EQ(books.withdrawn, 0);
}

TEST(LedgerTest, AReasonDoesNotUndoAResult) {
  StringTable names;
  Ledger ledger(names);
  ledger.Reported(Passed("a.py::x"));
  ledger.NotRun(Ref("a.py::x"), "a.py", "lost");
  EXPECT_THAT(ledger.Close().not_run, IsEmpty());
}

TEST(LedgerTest, PartsMustAgree) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}, "one"));
  ledger.Collected("gw1", "a.py", Collected({"a.py::y"}, "two"));
  ledger.Reported(Passed("a.py::x"));
  ledger.Reported(Passed("a.py::y"));
  const Books books = ledger.Close();
  EXPECT_FALSE(books.balanced);
  EXPECT_THAT(books.disagreements, ElementsAre(HasSubstr("a.py")));
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kNotRun);
}

TEST(LedgerTest, ADisagreementIsSaidOnceForEachWorker) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}, "one"));
  v1::WorkerMessage::Collected other = Collected({"a.py::y"}, "two");
  other.set_module_selected(7);
  ledger.Collected("gw1", "a.py", other);
  ledger.Collected("gw1", "a.py", other);
  EXPECT_THAT(ledger.Close().disagreements, ElementsAre("a.py: gw0 collected 0 tests, gw1 collected 7"));
}

TEST(LedgerTest, DeselectedOfASplitModuleCountsOnce) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}, "d", 4));
  ledger.Collected("gw1", "a.py", Collected({"a.py::y"}, "d", 4));
  EXPECT_EQ(ledger.Close().deselected, 4);
}

TEST(LedgerTest, WholeCollectionFillsTheBooksOnce) {
  v1::Collection collection;
  for (const char* id : {"a.py::x", "a.py::x", "b.py::y"}) {
    v1::CollectedTest* test = collection.add_tests();
    test->set_node_id(id);
    test->set_module(std::string(id).substr(0, 4));
  }
  collection.set_digest("d");
  collection.set_deselected(1);
  StringTable names;
  Ledger ledger(names);
  ledger.WholeCollection("gw0", collection);
  ledger.WholeCollection("gw1", collection);
  EXPECT_EQ(ledger.Close().collected, 3);
  EXPECT_EQ(ledger.Close().deselected, 1);
  collection.set_digest("e");
  ledger.WholeCollection("gw2", collection);
  EXPECT_THAT(ledger.Close().disagreements, ElementsAre(HasSubstr("gw2")));
}

TEST(LedgerTest, PlannedButNotThereIsWithdrawn) {
  StringTable names;
  Ledger ledger(names);
  ledger.Planned("a.py", {"a.py::x", "a.py::gone"});
  ledger.Planned("b.py", {"b.py::y"});
  ledger.Collected("gw0", "a.py", Collected({"a.py::x"}));
  EXPECT_EQ(ledger.Close().withdrawn, 1);
}

TEST(LedgerTest, SumsOfWhatWorkersSayDoNotOverflow) {
  StringTable names;
  Ledger ledger(names);
  for (int i = 0; i < 300; ++i) {
    v1::WorkerMessage::Collected collected = Collected({});
    collected.set_module_deselected(10'000'000);
    ledger.Collected("gw0", "test_" + std::to_string(i) + ".py", collected);
  }
  EXPECT_EQ(ledger.Close().deselected, std::numeric_limits<int>::max());
  EXPECT_EQ(ledger.counts().at("deselected"), std::numeric_limits<int>::max());
}

TEST(LedgerTest, WhatWasDeselectedOrNotCollectedToTheEndIsNotWithdrawn) {
  StringTable names;
  Ledger ledger(names);
  ledger.Planned("a.py", {"a.py::x", "a.py::deselected", "a.py::gone"});
  v1::WorkerMessage::Collected all = Collected({"a.py::x"}, "d", 1);
  all.set_module_selected(1);
  ledger.Collected("gw0", "a.py", all);
  ledger.Planned("b.py", {"b.py::x", "b.py::in the other part"});
  v1::WorkerMessage::Collected part = Collected({"b.py::x"});
  part.set_module_selected(2);
  ledger.Collected("gw0", "b.py", part);
  EXPECT_EQ(ledger.Close().withdrawn, 1);
}

TEST(LedgerTest, CountsReportsAsPytest) {
  StringTable names;
  Ledger ledger(names);
  ledger.Collected("gw0", "m", Collected({"a", "b", "c"}));
  ledger.Reported(Result("a", {{"", "passed"}, {"passed", "passed"}, {"error", "failed"}}));
  ledger.Reported(Result("b", {{"error", "failed"}, {"", "passed"}}));
  ledger.Reported(Result("c", {{"", "passed"}, {"xfailed", "skipped"}, {"", "passed"}}));
  EXPECT_EQ(ledger.counts(), (std::map<std::string, int>{{"passed", 1}, {"error", 2}, {"xfailed", 1}}));
  EXPECT_EQ(ledger.failures(), 2);
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kTestsFailed);
}

TEST(LedgerTest, APhaseWithoutStatusPassed) {
  StringTable names;
  Ledger ledger(names);
  v1::TestResult result;
  *result.mutable_ref() = Ref("a.py::x");
  for (const char* when : {"setup", "call", "teardown"}) result.add_phases()->set_when(when);
  ledger.Reported(result);
  EXPECT_THAT(ledger.counts(), ElementsAre(std::pair<const std::string, int>("passed", 1)));
}

TEST(LedgerTest, OnlyTheCallCountsAsPassed) {
  StringTable names;
  Ledger ledger(names);
  v1::TestResult result;
  *result.mutable_ref() = Ref("a.py::x");
  v1::Phase* subtest = result.add_phases();
  subtest->set_when("call");
  subtest->set_subtest("[i=1]");
  ledger.Reported(result);
  EXPECT_THAT(ledger.counts(), IsEmpty());
}

TEST(LedgerTest, XfailIsNoFailureAndStrictXpassIs) {
  StringTable names;
  Ledger ledger(names);
  v1::TestResult xfail = Result("a", {{"xfailed", "skipped"}});
  xfail.mutable_phases(0)->set_xfail(true);
  ledger.Reported(xfail);
  v1::TestResult odd = Result("b", {{"xfailed", "failed"}});
  odd.mutable_phases(0)->set_xfail(true);
  ledger.Reported(odd);
  EXPECT_EQ(ledger.failures(), 0);
  ledger.Reported(Result("c", {{"failed", "failed"}}));
  EXPECT_EQ(ledger.failures(), 1);
}

TEST(LedgerTest, AResultWithoutReportsCountsByItsOutcome) {
  StringTable names;
  Ledger ledger(names);
  v1::TestResult crash = Result("a", {});
  crash.set_outcome(v1::FAILED);
  ledger.Reported(crash);
  EXPECT_EQ(ledger.counts(), (std::map<std::string, int>{{"failed", 1}}));
  EXPECT_EQ(ledger.failures(), 1);
}

TEST(LedgerTest, EveryWorkersReportOnOneModuleCountsOnce) {
  StringTable names;
  Ledger ledger(names);
  v1::CollectReport report;
  report.set_node_id("a.py");
  report.set_outcome("failed");
  EXPECT_TRUE(ledger.CollectReported(report));
  EXPECT_FALSE(ledger.CollectReported(report));
  EXPECT_EQ(ledger.collect_errors(), 1);
  EXPECT_EQ(ledger.failures(), 1);
}

TEST(LedgerTest, CollectReportsCount) {
  StringTable names;
  Ledger ledger(names);
  v1::CollectReport report;
  report.set_outcome("skipped");
  ledger.CollectReported(report);
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kNoTestsCollected);
  report.set_outcome("failed");
  ledger.CollectReported(report);
  EXPECT_EQ(ledger.collect_errors(), 1);
  EXPECT_EQ(ledger.counts(), (std::map<std::string, int>{{"error", 1}, {"skipped", 1}}));
  EXPECT_EQ(ExitFromBooks(ledger.Close(), false), kTestsFailed);
}

TEST(LedgerTest, WarningsAddUp) {
  StringTable names;
  Ledger ledger(names);
  ledger.AddWarnings(1);
  ledger.AddWarnings(1);
  EXPECT_EQ(ledger.counts().at("warnings"), 2);
}

TEST(LedgerTest, NothingCollectedIsExit5) {
  StringTable names;
  EXPECT_EQ(ExitFromBooks(Ledger(names).Close(), false), kNoTestsCollected);
}

}  // namespace
}  // namespace fastest::results
