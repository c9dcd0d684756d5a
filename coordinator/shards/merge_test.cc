#include "coordinator/shards/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/events/json_reporter.h"
#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"
#include "proto/test_id.h"

namespace fastest::shards {
namespace {

using report::FailedResult;
using report::PassedResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Keeps what is told.
class Record final : public report::Reporter {
 public:
  void Result(const v1::TestResult& result, const results::Origin& origin) override {
    results.push_back(absl::StrCat(result.ref().node_id(), result.outcome() == v1::PASSED ? " passed" : " failed",
                                   " at ", origin.attempt, " on ", origin.agent));
  }
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override {
    attempts.push_back(absl::StrCat(result.ref().node_id(), " at ", origin.attempt));
  }
  void Collect(const v1::CollectReport& report) override { collects.push_back(report.node_id()); }
  void Warning(const v1::RecordedWarning& warning) override { warnings.push_back(warning.message()); }
  void Expected(int tests, bool) override { expected = tests; }

  std::vector<std::string> results;
  std::vector<std::string> attempts;
  std::vector<std::string> collects;
  std::vector<std::string> warnings;
  int expected = -1;
};

class MergeTest : public testing::Test {
 protected:
  MergeTest() {
    const char* tmp = getenv("TEST_TMPDIR");
    folder_ = absl::StrCat(tmp == nullptr ? "/tmp" : tmp, "/merge-", getpid(), "-",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~MergeTest() override { std::filesystem::remove_all(folder_); }

  // What one job writes, in the order of the calls. Its run id is "r1" …
  struct Job {
    int shard = 1;
    int of = 2;
    std::string plan = "p";
    std::vector<std::string> collected = {};
    std::vector<v1::TestResult> results = {};
    int exit_code = 0;
    std::string stop_reason = {};
    std::vector<results::NotRun> not_run = {};
    std::vector<std::string> rerun_of = {};
    bool cut_off = false;
    std::vector<std::string> policy_failures = {};
    bool flaky_fails = false;
    std::vector<std::string> modules = {"a.py", "b.py"};
    std::function<void(report::Reporter&)> also = {};
  };
  std::string Write(const Job& job) {
    std::string written;
    std::ostringstream err;
    events::JsonReporter reporter(std::make_unique<report::StringSink>(&written), err);
    results::RunStart start;
    start.run_id = absl::StrCat("r", ++runs_);
    start.slots = 2;
    start.started_at = runs_;
    start.shard = {job.of == 0 ? 0 : job.shard, job.of, job.of == 0 ? "" : job.plan, job.rerun_of};
    reporter.RunStarted(start);
    std::map<std::string, std::vector<v1::TestRef>> by_module;
    for (const std::string& id : job.collected) by_module[id.substr(0, 4)].emplace_back().set_node_id(id);
    for (const auto& [module, tests] : by_module) reporter.Collected(module, tests, 0);
    if (job.also) job.also(reporter);
    for (const v1::TestResult& result : job.results) reporter.Result(result, {"vm", "gw0", 1});
    results::RunSummary summary;
    summary.exit_code = job.exit_code;
    summary.stop_reason = job.stop_reason;
    summary.books.not_run = job.not_run;
    summary.books.balanced = true;
    summary.module_order = job.modules;
    summary.policy_failures = job.policy_failures;
    summary.flaky_fails = job.flaky_fails;
    if (job.cut_off) {
      reporter.Tick(0);
    } else {
      reporter.Finished(summary);
    }
    const std::string path = absl::StrCat(folder_, "/", runs_, ".jsonl");
    std::ofstream(path) << written;
    return path;
  }

  absl::StatusOr<Parts> Read() {
    const auto files = EventFiles({folder_});
    if (!files.ok()) return files.status();
    return ReadParts(*files);
  }

  results::RunSummary Merged() {
    absl::StatusOr<Parts> parts = Read();
    EXPECT_TRUE(parts.ok()) << parts.status();
    Merge merge(*std::move(parts));
    absl::StatusOr<results::RunSummary> summary = merge.Tell(record_);
    EXPECT_TRUE(summary.ok()) << summary.status();
    return *summary;
  }

  std::string folder_;
  int runs_ = 0;
  Record record_;
};

TEST_F(MergeTest, TwoShardsAreOneRun) {
  Write({2, 2, "p", {"b.py::x"}, {FailedResult("b.py::x", "no")}, 1});
  Write({1, 2, "p", {"a.py::x", "a.py::y"}, {PassedResult("a.py::x"), PassedResult("a.py::y")}});
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 1);
  EXPECT_THAT(record_.results,
              ElementsAre("a.py::x passed at 1 on 1/vm", "a.py::y passed at 1 on 1/vm", "b.py::x failed at 1 on 2/vm"));
  EXPECT_EQ(record_.expected, 3);
  EXPECT_EQ(summary.counts.at("passed"), 2);
  EXPECT_EQ(summary.counts.at("failed"), 1);
  EXPECT_TRUE(summary.books.balanced);
  EXPECT_EQ(summary.books.collected, 3);
  EXPECT_EQ(summary.books.reported, 3);
  EXPECT_THAT(summary.books.not_run, IsEmpty());
  EXPECT_THAT(summary.module_order, ElementsAre("a.py", "b.py"));
}

TEST_F(MergeTest, AMissingShardIsNamedWithTheModulesThatNobodyRan) {
  Write({1, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 10);
  EXPECT_TRUE(summary.books.balanced);
  EXPECT_THAT(summary.books.disagreements, ElementsAre("shard 2 of 2 is missing: no event file is of it"));
  ASSERT_EQ(summary.books.not_run.size(), 1u);
  EXPECT_EQ(summary.books.not_run[0].module, "b.py");
}

TEST_F(MergeTest, MissingShardsAreOneLineThatNamesFilesWithoutARun) {
  Write({3, 9, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  std::ofstream(folder_ + "/empty.jsonl").flush();
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 10);
  EXPECT_THAT(summary.books.disagreements,
              ElementsAre(absl::StrCat("shards 1, 2 and 4-9 of 9 are missing: no event file is of them (", folder_,
                                       "/empty.jsonl breaks off at its beginning)")));
}

TEST_F(MergeTest, AShardThatEndedBeforeItsCollectionIsAHole) {
  Write({1, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  Job broken = {2, 2, "p", {}, {}, 4, "usage: pytest\npytest: error: unrecognized arguments: --x\n  rootdir: /r"};
  Write(broken);
  EXPECT_THAT(Merged().books.disagreements,
              ElementsAre("shard 2 of 2 ended before its tests were collected (exit code 4): pytest: error: "
                          "unrecognized arguments: --x"));
  EXPECT_EQ(Merged().exit_code, 10);
}

TEST_F(MergeTest, ShardsThatAllEndedAlikeHaveTheirExitCode) {
  Write({1, 2, "p", {}, {}, 4});
  Write({2, 2, "p", {}, {}, 4});
  EXPECT_EQ(Merged().exit_code, 4);
}

TEST_F(MergeTest, AShardThatWasCutOffIsAHoleUntilItsRerunIsThere) {
  Write({1, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  Job killed = {2, 2, "p", {"b.py::x", "b.py::y"}, {PassedResult("b.py::x")}};
  killed.cut_off = true;
  Write(killed);
  results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 10);
  ASSERT_EQ(summary.books.not_run.size(), 1u);
  EXPECT_EQ(summary.books.not_run[0].ref.node_id(), "b.py::y");
  EXPECT_EQ(summary.books.not_run[0].reason, "shard 2 of 2: it had no result when the events ended");
  EXPECT_THAT(summary.books.disagreements, ElementsAre(HasSubstr("shard 2 of 2 was cut off")));

  Job again = {2, 2, "p", {"b.py::y"}, {PassedResult("b.py::y")}};
  again.rerun_of = {"r2"};
  Write(again);
  record_ = {};
  summary = Merged();
  EXPECT_EQ(summary.exit_code, 0);
  EXPECT_TRUE(summary.books.balanced);
  EXPECT_EQ(record_.results.size(), 3u);
}

TEST_F(MergeTest, ARerunWithoutWhatItGoesOnFromIsAHole) {
  Write({1, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  Job again = {2, 2, "p", {"b.py::y"}, {PassedResult("b.py::y")}};
  again.rerun_of = {"r0"};
  Write(again);
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 10);
  EXPECT_THAT(summary.books.disagreements, ElementsAre(HasSubstr("ran only what another run had left (run id r0)")));
}

TEST_F(MergeTest, FailedThenPassedIsFlakyAndAllAttemptsAreTold) {
  Job first = {1,
               1,
               "p",
               {"a.py::x", "a.py::y", "a.py::z"},
               {FailedResult("a.py::x", "no"), PassedResult("a.py::y"), FailedResult("a.py::z", "no")},
               1};
  first.also = [](report::Reporter& r) { r.Attempt(FailedResult("a.py::z", "first"), {"vm", "gw0", 1}); };
  Write(first);
  Job second = {1, 1, "p", {"a.py::x", "a.py::z"}, {PassedResult("a.py::x"), FailedResult("a.py::z", "still")}, 1};
  second.rerun_of = {"r1"};
  Write(second);
  results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 1);
  EXPECT_THAT(record_.attempts, ElementsAre("a.py::z at 1", "a.py::x at 1", "a.py::z at 1"));
  EXPECT_THAT(record_.results,
              ElementsAre("a.py::y passed at 1 on 1/vm", "a.py::x passed at 2 on 1/vm", "a.py::z failed at 2 on 1/vm"));
  EXPECT_EQ(summary.counts.at("flaky"), 1);
  EXPECT_EQ(summary.counts.at("passed"), 2);
  EXPECT_EQ(summary.counts.at("failed"), 1);

  Job third = {1, 1, "p", {"a.py::z"}, {PassedResult("a.py::z")}};
  third.rerun_of = {"r1", "r2"};
  Write(third);
  record_ = {};
  summary = Merged();
  EXPECT_EQ(summary.exit_code, 0);
  EXPECT_EQ(summary.counts.at("flaky"), 2);
  EXPECT_EQ(summary.counts.count("failed"), 0u);
}

TEST_F(MergeTest, AWholeSecondAttemptMakesNothingFlakyThatPassedTwice) {
  Write({1, 1, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  Write({1, 1, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 0);
  EXPECT_THAT(record_.results, ElementsAre("a.py::x passed at 1 on 1/vm"));
  EXPECT_THAT(record_.attempts, IsEmpty());
}

TEST_F(MergeTest, ATestThatTwoShardsRanIsNamed) {
  Write({1, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  Write({2, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}});
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 10);
  EXPECT_FALSE(summary.books.balanced);
  EXPECT_THAT(summary.books.disagreements,
              testing::Contains("a.py::x was run by two shards: shard 1 of 2 and shard 2 of 2"));
  EXPECT_EQ(record_.results.size(), 1u);
}

TEST_F(MergeTest, PartsOfDifferentPlansAreRefused) {
  Write({1, 2, "p"});
  Write({2, 2, "q"});
  EXPECT_THAT(std::string(Read().status().message()), HasSubstr("these are not parts of one run"));
}

TEST_F(MergeTest, TheSameRunTwiceIsRefused) {
  const std::string path = Write({1, 1, "p"});
  std::filesystem::copy_file(path, folder_ + "/copy.jsonl");
  EXPECT_THAT(std::string(Read().status().message()), HasSubstr("are the same run"));
}

TEST_F(MergeTest, CollectionErrorsAndWarningsOfAllShardsAreSaidOnce) {
  const auto also = [](report::Reporter& r) {
    v1::CollectReport report;
    report.set_node_id("bad.py");
    report.set_outcome("failed");
    r.Collect(report);
    v1::RecordedWarning warning;
    warning.set_when("collect");
    warning.set_message("old");
    r.Warning(warning);
  };
  const std::string reason = "Interrupted: 1 error during collection";
  for (const int shard : {1, 2}) {
    Job job = {shard, 2, "p", {}, {}, 2, reason};
    job.also = also;
    Write(job);
  }
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 2);
  EXPECT_EQ(summary.stop_reason, reason);
  EXPECT_THAT(record_.collects, ElementsAre("bad.py"));
  EXPECT_THAT(record_.warnings, ElementsAre("old"));
  EXPECT_EQ(summary.counts.at("error"), 1);
}

TEST_F(MergeTest, AStoppedShardLeavesNoHole) {
  results::NotRun left;
  left.ref.set_node_id("a.py::y");
  left.module = "a.py";
  left.reason = "the run was stopped: stopping after 1 failures";
  Write({1, 1, "p", {"a.py::x", "a.py::y"}, {FailedResult("a.py::x", "no")}, 1, "stopping after 1 failures", {left}});
  const results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 1);
  EXPECT_EQ(summary.stop_reason, "stopping after 1 failures");
  EXPECT_EQ(summary.books.not_run.size(), 1u);
}

TEST_F(MergeTest, WhatAShardCouldNotRunIsAHole) {
  results::NotRun lost;
  lost.ref.set_node_id("a.py::y");
  lost.module = "a.py";
  lost.reason = "its agent was lost";
  Write({1, 1, "p", {"a.py::x", "a.py::y"}, {PassedResult("a.py::x")}, 10, "", {lost}});
  EXPECT_EQ(Merged().exit_code, 10);
}

TEST_F(MergeTest, NoTestsAtAllIsPytests5) {
  Write({1, 2, "p"});
  Write({2, 2, "p"});
  EXPECT_EQ(Merged().exit_code, 5);
}

TEST_F(MergeTest, WhatASessionSaysBeyondItsTestsCounts) {
  Job job = {1, 2, "p", {"a.py::x"}, {PassedResult("a.py::x")}, 1};
  job.also = [](report::Reporter& r) {
    v1::CollectReport skipped;
    skipped.set_node_id("skipped.py");
    skipped.set_outcome("skipped");
    r.Collect(skipped);
  };
  Write(job);
  Write({2, 2, "p", {"b.py::x"}, {PassedResult("b.py::x")}});
  EXPECT_EQ(Merged().exit_code, 1);
}

TEST_F(MergeTest, AQuarantinedFailureFailsNothingAndAnEndedQuarantineDoes) {
  v1::TestResult quarantined = FailedResult("a.py::x", "no");
  quarantined.set_quarantined("flaky");
  Write({1, 2, "p", {"a.py::x"}, {quarantined}});
  Job ended = {2, 2, "p", {"b.py::x"}, {PassedResult("b.py::x")}};
  Write(ended);
  EXPECT_EQ(Merged().exit_code, 0);

  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  Job both = {1, 1, "p", {"a.py::x", "b.py::x"}, {quarantined, PassedResult("b.py::x")}, 1};
  both.policy_failures = {"the quarantine of b.py::x ended"};
  Write(both);
  results::RunSummary summary = Merged();
  EXPECT_EQ(summary.exit_code, 1);
  EXPECT_THAT(summary.policy_failures, ElementsAre("the quarantine of b.py::x ended"));
}

TEST_F(MergeTest, ARerunDoesNotHideAPolicysFailure) {
  Job first = {1, 1, "p", {"a.py::x", "b.py::x"}, {FailedResult("a.py::x", "no"), PassedResult("b.py::x")}, 1};
  first.policy_failures = {"the quarantine of b.py::x ended"};
  Write(first);
  Job again = {1, 1, "p", {"a.py::x"}, {PassedResult("a.py::x")}};
  again.rerun_of = {"r1"};
  Write(again);
  EXPECT_EQ(Merged().exit_code, 1);
}

TEST_F(MergeTest, FlakyOverAttemptsFailsWhereThatWasAskedFor) {
  for (const bool fails : {false, true}) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    runs_ = 0;
    Job first = {1, 1, "p", {"a.py::x"}, {FailedResult("a.py::x", "no")}, 1};
    first.flaky_fails = fails;
    Write(first);
    Job again = {1, 1, "p", {"a.py::x"}, {PassedResult("a.py::x")}};
    again.rerun_of = {"r1"};
    again.flaky_fails = fails;
    Write(again);
    EXPECT_EQ(Merged().exit_code, fails ? 1 : 0);
  }
}

TEST_F(MergeTest, SettledIsWhatDidNotFailLast) {
  Job first = {1,
               0,
               "",
               {"a.py::x", "a.py::y", "b.py::x"},
               {PassedResult("a.py::x"), FailedResult("a.py::y", "no"), PassedResult("b.py::x")},
               1};
  Write(first);
  absl::StatusOr<Parts> parts = Read();
  ASSERT_TRUE(parts.ok());
  Settled settled = SettledBy(parts->parts);
  EXPECT_THAT(settled.run_ids, ElementsAre("r1"));
  EXPECT_THAT(settled.modules, ElementsAre("b.py"));
  EXPECT_THAT(settled.tests["a.py"], ElementsAre(TestId("a.py::x", 0)));
  Job second = {1, 0, "", {"a.py::y"}, {PassedResult("a.py::y")}};
  second.rerun_of = {"r1"};
  Write(second);
  parts = Read();
  ASSERT_TRUE(parts.ok());
  settled = SettledBy(parts->parts);
  EXPECT_THAT(settled.modules, ElementsAre("a.py", "b.py"));
}

TEST_F(MergeTest, FilesAreFoundOrNamed) {
  EXPECT_THAT(std::string(EventFiles({folder_}).status().message()), HasSubstr("there is no *.jsonl in it"));
  EXPECT_THAT(std::string(EventFiles({folder_ + "/x"}).status().message()), HasSubstr("x: no such file or folder"));
}

}  // namespace
}  // namespace fastest::shards
