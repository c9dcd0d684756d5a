#include "coordinator/run/bookkeeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/test_id.h"

namespace fastest::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Keeps the calls that are about tests, as readable lines.
class TestReporter final : public report::Reporter {
 public:
  explicit TestReporter(std::vector<std::string>& told) : told_(told) {}
  void Expected(int tests, bool exact) override { Tell("expected", exact ? "exactly" : "about", tests); }
  void ModuleExpected(const std::string& module, int tests) override { Tell("of", module, tests); }
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override {
    Tell("attempt", result.ref().node_id(), origin.attempt);
  }
  void Result(const v1::TestResult& result, const results::Origin& origin) override {
    Tell(result.outcome() == v1::PASSED ? "passed" : "failed", result.ref().node_id(), origin.attempt);
  }
  void Collect(const v1::CollectReport& report) override { Tell("collect", report.node_id(), 0); }
  void Warning(const v1::RecordedWarning& warning) override { Tell("warning", warning.message(), 0); }
  void Note(const std::string& text) override { told_.push_back(text); }

 private:
  void Tell(const std::string& what, const std::string& whom, int number) {
    told_.push_back(absl::StrCat(what, " ", whom, " ", number));
  }
  std::vector<std::string>& told_;
};

// A run with one worker in one slot, whose leases are granted as soon as they can be.
class BookkeeperTest : public testing::Test {
 protected:
  void Plan(const std::vector<std::string>& modules) {
    collection_.set_mode(v1::BY_MODULE);
    for (const std::string& module : modules) collection_.add_modules(module);
    Begin();
  }

  void PlanWhole(const std::vector<std::string>& ids) {
    collection_.set_mode(v1::WHOLE);
    for (const std::string& id : ids) {
      v1::CollectedTest* test = collection_.add_tests();
      test->set_node_id(id);
      test->set_module(std::string(ModuleOf(id)));
    }
    Begin();
  }

  void Begin() {
    dispatch::DispatchQueue::Options queue_options;
    queue_options.retries = options_.failures.retries;
    queue_.emplace(queue_options, names_);
    report::RunReports::Reporters reporters;
    reporters.push_back(std::make_unique<TestReporter>(told_));
    reports_ = std::make_unique<report::RunReports>(std::move(reporters),
                                                    [](report::RunReports::Stream, const std::string&) {});
    reports_->Begin({});
    books_ = std::make_unique<Bookkeeper>(options_, names_, *queue_, control_, *reports_);
    worker_.id = "gw0";
    worker_.origin = {"anna", "gw0", 1, 0};
    queue_->SlotAdded(worker_.slot);
    const PlannedWork work = PlanWork(options_, Estimates(), collection_);
    books_->Plan(work, Estimates(), collection_);
    if (!options_.constant_modules.empty()) books_->AddConstantTests(collection_, 100);
    books_->Queue(work.plan, false, 100);
    books_->WorkerReady(worker_, collection_, 100);
    queue_->SlotReady(worker_.slot);
    Grant();
  }

  void Grant() {
    for (const dispatch::Action& action : queue_->TakeActions()) {
      const auto* grant = std::get_if<dispatch::GrantLease>(&action);
      if (grant == nullptr) continue;
      books_->Granted(grant->lease, grant->slot, &worker_, 100);
      leases_.push_back(grant->lease);
    }
  }

  // The worker has ended, and another takes its place.
  void Replace() {
    queue_->WorkerGone(worker_.slot, /*replace=*/true);
    queue_->TakeActions();
    worker_.id = "gw1";
    queue_->SlotReady(worker_.slot);
    Grant();
  }

  void Collected(size_t lease, const std::vector<std::string>& ids, const std::vector<std::string>& missing = {}) {
    v1::WorkerMessage::Collected collected;
    collected.set_lease_id(leases_.at(lease).id());
    for (const std::string& id : ids) collected.add_tests()->set_node_id(id);
    for (const std::string& id : missing) collected.add_missing()->set_node_id(id);
    collected.set_module_selected(static_cast<uint32_t>(ids.size()));
    books_->Collected(worker_, collected);
  }

  bool Result(size_t lease, const std::string& id, v1::Outcome outcome = v1::PASSED) {
    v1::TestResult result;
    result.set_lease_id(leases_.at(lease).id());
    result.mutable_ref()->set_node_id(id);
    result.set_outcome(outcome);
    return books_->Result(worker_.origin, result, 101);
  }

  bool Passed(size_t lease, uint32_t position) {
    v1::WorkerMessage::Passed passed;
    passed.set_lease_id(leases_.at(lease).id());
    passed.set_position(position);
    return books_->Passed(worker_.origin, passed, 101);
  }

  results::RunSummary Close(const std::string& reason = "", bool stopped = false) {
    results::RunSummary summary;
    books_->SettleRetries();
    books_->EnterNotRun(reason, stopped, /*selects=*/false);
    books_->Close(100, 102, &summary);
    return summary;
  }

  RunOptions options_;
  v1::Collection collection_;
  StringTable names_;
  std::optional<dispatch::DispatchQueue> queue_;
  control::Control control_{""};
  std::vector<std::string> told_;
  std::unique_ptr<report::RunReports> reports_;
  std::unique_ptr<Bookkeeper> books_;
  Worker worker_;
  std::vector<v1::Lease> leases_;
};

TEST_F(BookkeeperTest, ByModuleTheTestsBecomeKnownLeaseByLease) {
  Plan({"a.py", "b.py"});
  EXPECT_THAT(told_, ElementsAre("expected about 0"));
  told_.clear();
  Collected(0, {"a.py::x", "a.py::y"});
  EXPECT_THAT(told_, ElementsAre("of a.py 2"));
  EXPECT_TRUE(Result(0, "a.py::x"));
  EXPECT_TRUE(Passed(0, 1));
  books_->LeaseDone(leases_[0].id());
  Grant();
  told_.clear();
  Collected(1, {"b.py::x"});
  EXPECT_THAT(told_, ElementsAre("of b.py 1", "expected exactly 3"));
  EXPECT_TRUE(books_->collects_late());
  EXPECT_TRUE(Result(1, "b.py::x", v1::FAILED));
  EXPECT_EQ(books_->failures(), 1);
  const results::RunSummary summary = Close();
  EXPECT_TRUE(summary.books.balanced);
  EXPECT_EQ(summary.books.reported, 3);
  EXPECT_THAT(summary.module_order, ElementsAre("a.py", "b.py"));
  EXPECT_EQ(books_->measurements().Take().tests.size(), 3u);
}

TEST_F(BookkeeperTest, AWholeCollectionIsKnownBeforeTheFirstLease) {
  PlanWhole({"a.py::x", "a.py::y"});
  EXPECT_THAT(told_, ElementsAre("expected exactly 2", "of a.py 2"));
  EXPECT_FALSE(books_->collects_late());
  Collected(0, {"a.py::x"}, {"a.py::y"});
  EXPECT_TRUE(Result(0, "a.py::x"));
  const results::RunSummary summary = Close();
  ASSERT_EQ(summary.books.not_run.size(), 1u);
  EXPECT_EQ(summary.books.not_run[0].reason, "gw0 did not find it when it collected again");
}

TEST_F(BookkeeperTest, AResultCountsOnce) {
  Plan({"a.py"});
  Collected(0, {"a.py::x", "a.py::y"});
  EXPECT_TRUE(Result(0, "a.py::x"));
  EXPECT_FALSE(Result(0, "a.py::x"));
  EXPECT_FALSE(Passed(0, 0));
  EXPECT_FALSE(Passed(0, 2)) << "there is no such position";
}

TEST_F(BookkeeperTest, AResultOfATestThatNobodyCollectedUnbalancesTheBooks) {
  Plan({"a.py"});
  Collected(0, {"a.py::x"});
  EXPECT_TRUE(Result(0, "a.py::x"));
  EXPECT_TRUE(Result(0, "a.py::stranger"));
  EXPECT_EQ(books_->known(), 1);
  const results::RunSummary summary = Close();
  EXPECT_FALSE(summary.books.balanced);
  EXPECT_THAT(summary.books.disagreements, ElementsAre(HasSubstr("a.py::stranger")));
}

TEST_F(BookkeeperTest, AFailureIsAnAttemptUntilTheRetriesAreUsedUp) {
  options_.failures.retries = 1;
  Plan({"a.py"});
  Collected(0, {"a.py::x", "a.py::y"});
  told_.clear();
  EXPECT_FALSE(Result(0, "a.py::x", v1::FAILED));
  EXPECT_TRUE(Result(0, "a.py::y"));
  books_->LeaseDone(leases_[0].id());
  Replace();
  ASSERT_EQ(leases_.size(), 2u);
  Collected(1, {"a.py::x"});
  EXPECT_TRUE(Result(1, "a.py::x"));
  EXPECT_THAT(told_, ElementsAre("attempt a.py::x 1", "passed a.py::y 1", "passed a.py::x 2"));
  EXPECT_EQ(books_->attempts().flaky(), 1);
  EXPECT_EQ(Close().counts.at("flaky"), 1);
}

TEST_F(BookkeeperTest, AFailureWhoseRetryNeverCameIsFinal) {
  options_.failures.retries = 1;
  Plan({"a.py"});
  Collected(0, {"a.py::x"});
  EXPECT_FALSE(Result(0, "a.py::x", v1::FAILED));
  told_.clear();
  const results::RunSummary summary = Close();
  EXPECT_THAT(told_, ElementsAre("failed a.py::x 1"));
  EXPECT_TRUE(summary.books.balanced);
  EXPECT_EQ(summary.books.failures, 1);
}

TEST_F(BookkeeperTest, TheEndOfTheRetryBudgetIsSaidOnce) {
  options_.failures.retries = 2;
  options_.failures.retry_budget = *policy::RetryBudget::Parse("1");
  Plan({"a.py"});
  Collected(0, {"a.py::x", "a.py::y"});
  told_.clear();
  EXPECT_FALSE(Result(0, "a.py::x", v1::FAILED));
  EXPECT_TRUE(Result(0, "a.py::y", v1::FAILED));
  EXPECT_THAT(told_, ElementsAre("the retry budget is used up (1): from here on a failure is final",
                                 "attempt a.py::x 1", "failed a.py::y 1"));
}

TEST_F(BookkeeperTest, WhatAStopLeftOfALeaseHasTheStopsReason) {
  Plan({"a.py", "b.py"});
  Collected(0, {"a.py::x", "a.py::y"});
  EXPECT_TRUE(Result(0, "a.py::x"));
  queue_->Stop();
  const results::RunSummary summary = Close("the run was stopped", true);
  ASSERT_EQ(summary.books.not_run.size(), 2u);
  EXPECT_EQ(summary.books.not_run[0].ref.node_id(), "a.py::y");
  EXPECT_EQ(summary.books.not_run[0].reason, "the run was stopped");
}

TEST_F(BookkeeperTest, ModulesThatWereNotBegunAreNamed) {
  Plan({"a.py", "b.py"});
  Collected(0, {"a.py::x"});
  EXPECT_TRUE(Result(0, "a.py::x"));
  queue_->Stop();
  const results::RunSummary summary = Close("the deadline is near", true);
  ASSERT_EQ(summary.books.not_run.size(), 1u);
  EXPECT_EQ(summary.books.not_run[0].module, "b.py");
}

TEST_F(BookkeeperTest, ReportsAndWarningsOfCollectionCountOnce) {
  Plan({"a.py"});
  told_.clear();
  v1::CollectReport report;
  report.set_node_id("a.py");
  report.set_outcome("failed");
  EXPECT_TRUE(books_->CollectReport("gw0", report));
  EXPECT_FALSE(books_->CollectReport("gw1", report));
  v1::RecordedWarning warning;
  warning.set_message("w");
  warning.set_module("a.py");
  books_->Warning("gw0", warning);
  books_->Warning("gw1", warning);
  EXPECT_THAT(told_, ElementsAre("collect a.py 0", "warning w 0"));
  EXPECT_EQ(books_->failures(), 1);
}

TEST_F(BookkeeperTest, ConstantTestsAreReportedWithoutALease) {
  options_.slots = 2;
  options_.constant_modules["a.py"].tests = {{"test_a", 3, 0.25}};
  options_.constant_modules["b.py"].tests = {{"test_b", 3, 0.25}};
  collection_.add_native("a.py");
  Plan({"a.py"});
  EXPECT_THAT(leases_, IsEmpty());
  EXPECT_THAT(told_, ElementsAre("expected about 0", "of a.py 1", "passed a.py::test_a 1", "expected exactly 1"));
  EXPECT_TRUE(Close().books.balanced);
}

TEST_F(BookkeeperTest, ASequenceIsExpectedAsItStands) {
  options_.sequence.emplace();
  for (const char* id : {"b.py::x", "a.py::x"}) options_.sequence->tests.emplace_back().set_node_id(id);
  Plan({"a.py", "b.py", "c.py"});
  EXPECT_THAT(told_, ElementsAre("expected exactly 2", "of b.py 1", "of a.py 1"));
  Collected(0, {}, {"b.py::x"});
  const results::RunSummary summary = Close("no worker was left");
  ASSERT_EQ(summary.books.not_run.size(), 2u);
  EXPECT_EQ(summary.books.not_run[0].reason, "gw0 did not find it");
}

}  // namespace
}  // namespace fastest::run
