#include "coordinator/isolation/sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace fastest::isolation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Ran Made(const std::string& worker, const std::string& id, v1::Outcome outcome = v1::PASSED, uint32_t index = 0) {
  Ran ran;
  ran.ref.set_node_id(id);
  ran.ref.set_index(index);
  ran.worker = worker;
  ran.outcome = outcome;
  return ran;
}

std::vector<std::string> Ids(const absl::StatusOr<Sequence>& sequence) {
  std::vector<std::string> ids;
  EXPECT_TRUE(sequence.ok()) << sequence.status().message();
  if (!sequence.ok()) return ids;
  for (const v1::TestRef& ref : sequence->tests) {
    ids.push_back(ref.node_id() + (ref.index() > 0 ? "#" + std::to_string(ref.index()) : ""));
  }
  return ids;
}

std::string ErrorOf(const absl::StatusOr<Sequence>& sequence) { return std::string(sequence.status().message()); }

RecordedRun TwoWorkers() {
  RecordedRun run;
  run.start.slots = 2;
  run.tests = {Made("gw0", "a"), Made("gw1", "b"), Made("gw0", "c", v1::FAILED),
               Made("gw1", "d"), Made("gw1", "c"), Made("gw0", "e")};
  return run;
}

TEST(SequenceTest, IsWhatTheWorkerRanUpToTheTest) {
  const auto sequence = SequenceOf(TwoWorkers(), "gw1", "d");
  EXPECT_THAT(Ids(sequence), ElementsAre("b", "d"));
  EXPECT_EQ(sequence->worker, 1);
  EXPECT_EQ(sequence->slots, 2);
}

TEST(SequenceTest, WithoutAWorkerItIsTheOneOnWhichTheTestFailed) {
  EXPECT_THAT(Ids(SequenceOf(TwoWorkers(), "", "c")), ElementsAre("a", "c"));
  EXPECT_THAT(Ids(SequenceOf(TwoWorkers(), "gw1", "c")), ElementsAre("b", "d", "c"));
  EXPECT_THAT(Ids(SequenceOf(TwoWorkers(), "", "e")), ElementsAre("a", "c", "e"));
}

TEST(SequenceTest, WithoutATestItIsAllThatTheWorkerRan) {
  EXPECT_THAT(Ids(SequenceOf(TwoWorkers(), "gw0", "")), ElementsAre("a", "c", "e"));
}

TEST(SequenceTest, TheOnlyWorkerNeedsNoName) {
  RecordedRun run;
  run.tests = {Made("gw0", "a"), Made("gw0", "b")};
  EXPECT_THAT(Ids(SequenceOf(run, "", "")), ElementsAre("a", "b"));
}

TEST(SequenceTest, ATestThatRanAgainStandsAtItsFirst) {
  RecordedRun run;
  run.tests = {Made("gw0", "a", v1::FAILED), Made("gw0", "b"), Made("gw0", "b", v1::PASSED, 1), Made("gw0", "a"),
               Made("gw0", "c")};
  EXPECT_THAT(Ids(SequenceOf(run, "gw0", "c")), ElementsAre("a", "b", "b#1", "c"));
}

TEST(SequenceTest, SaysWhatIsThereInstead) {
  EXPECT_THAT(ErrorOf(SequenceOf(TwoWorkers(), "", "")), HasSubstr("one of gw0, gw1"));
  EXPECT_THAT(ErrorOf(SequenceOf(TwoWorkers(), "gw7", "a")), HasSubstr("there are gw0, gw1"));
  EXPECT_THAT(ErrorOf(SequenceOf(TwoWorkers(), "master", "a")), HasSubstr("gw0, gw1 and so on"));
  EXPECT_THAT(ErrorOf(SequenceOf(TwoWorkers(), "", "z")), HasSubstr("--until z: that run has no result"));
  EXPECT_THAT(ErrorOf(SequenceOf(TwoWorkers(), "gw0", "d")), HasSubstr("gw0 has not run it; it ran on gw1"));
}

TEST(SequenceTest, IsReadAsItWasWritten) {
  const std::string path = testing::TempDir() + "/sequence.jsonl";
  results::RunStart start;
  start.pytest_args = {"-k", "a b", "tests"};
  start.engine = v1::ENGINE_PYTEST;
  const Sequence written = *SequenceOf(TwoWorkers(), "gw1", "");
  ASSERT_TRUE(WriteSequence(start, written, path).ok());
  const auto run = ReadRecordedRun(path);
  ASSERT_TRUE(run.ok()) << run.status().message();
  EXPECT_THAT(run->start.pytest_args, ElementsAre("-k", "a b", "tests"));
  EXPECT_EQ(run->start.engine, v1::ENGINE_PYTEST);
  const auto read = SequenceOf(*run, "", "");
  EXPECT_EQ(Ids(read), Ids(written));
  EXPECT_EQ(read->worker, 1);
  EXPECT_EQ(read->slots, 2);
}

TEST(SequenceTest, NamesAFileThatIsNotThereOrIsNoEvents) {
  EXPECT_THAT(std::string(ReadRecordedRun("/no/such.jsonl").status().message()), HasSubstr("/no/such.jsonl: No such"));
  const std::string path = testing::TempDir() + "/text.jsonl";
  std::ofstream(path) << "hello\n";
  EXPECT_THAT(std::string(ReadRecordedRun(path).status().message()), HasSubstr("text.jsonl, line 1"));
}

}  // namespace
}  // namespace fastest::isolation
