#include "agent/passed_tests.h"

#include "absl/strings/string_view.h"
#include "agent/message_json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::HasSubstr;

v1::WorkerMessage FromJson(absl::string_view json) {
  v1::WorkerMessage message;
  EXPECT_TRUE(MessageFromJson(json, &message).ok()) << json;
  return message;
}

TEST(PassedTests, MakesWholeResults) {
  PassedTests tests;
  v1::WorkerMessage collected = FromJson(
      R"({"collected": {"lease_id": 7, "tests": [{"node_id": "a/test_a.py::test_1"},
          {"node_id": "a/test_a.py::TestA::TestB::test_2[x::y.z]", "index": 1}]}})");
  ASSERT_TRUE(tests.Take(&collected).ok());
  v1::WorkerMessage progress = FromJson(
      R"({"progress": {"results": [{"lease_id": 7, "outcome": "FAILED"}],
          "passed": [{"lease_id": 7, "position": 1, "start": 100.5, "setup_ns": 500000000, "call_ns": 250000000, "teardown_ns": 1, "line": 12},
                     {"lease_id": 7, "position": 0, "start": 102, "setup_ns": 0, "call_ns": 0, "teardown_ns": 0, "line": 0}],
          "started_lease_id": 7, "started": {"node_id": "a"}}})");
  ASSERT_TRUE(tests.Take(&progress).ok());
  EXPECT_EQ(progress.progress().passed_size(), 0);
  ASSERT_EQ(progress.progress().results_size(), 3);
  EXPECT_EQ(progress.progress().results(0).outcome(), v1::FAILED);
  const v1::TestResult& result = progress.progress().results(1);
  EXPECT_EQ(result.lease_id(), 7u);
  EXPECT_EQ(result.ref().node_id(), "a/test_a.py::TestA::TestB::test_2[x::y.z]");
  EXPECT_EQ(result.ref().index(), 1u);
  EXPECT_EQ(result.outcome(), v1::PASSED);
  EXPECT_EQ(result.engine(), "direct");
  EXPECT_EQ(result.location_path(), "a/test_a.py");
  EXPECT_EQ(result.location_line(), 12);
  EXPECT_EQ(result.domain(), "TestA.TestB.test_2[x::y.z]");
  ASSERT_EQ(result.phases_size(), 3);
  EXPECT_EQ(result.phases(0).when(), "setup");
  EXPECT_DOUBLE_EQ(result.phases(0).start(), 100.5);
  EXPECT_DOUBLE_EQ(result.phases(0).duration_s(), 0.5);
  EXPECT_EQ(result.phases(1).when(), "call");
  EXPECT_DOUBLE_EQ(result.phases(1).start(), 101);
  EXPECT_EQ(result.phases(2).when(), "teardown");
  EXPECT_DOUBLE_EQ(result.phases(2).start(), 101.25);
  EXPECT_EQ(progress.progress().results(2).domain(), "test_1");
  EXPECT_EQ(progress.progress().started().node_id(), "a");
}

TEST(PassedTests, RefusesWhatWasNotCollected) {
  PassedTests tests;
  v1::WorkerMessage collected = FromJson(R"({"collected": {"lease_id": 7, "tests": [{"node_id": "a::b"}]}})");
  ASSERT_TRUE(tests.Take(&collected).ok());
  v1::WorkerMessage wrong_position = FromJson(R"({"progress": {"passed": [{"lease_id": 7, "position": 1}]}})");
  EXPECT_THAT(std::string(tests.Take(&wrong_position).message()), HasSubstr("lease 7 has no test at 1"));
  v1::WorkerMessage wrong_lease = FromJson(R"({"progress": {"passed": [{"lease_id": 8}]}})");
  EXPECT_FALSE(tests.Take(&wrong_lease).ok());
}

TEST(PassedTests, ForgetsLeasesThatAreDone) {
  PassedTests tests;
  v1::WorkerMessage collected = FromJson(R"({"collected": {"lease_id": 7, "tests": [{"node_id": "a::b"}]}})");
  ASSERT_TRUE(tests.Take(&collected).ok());
  v1::WorkerMessage done = FromJson(R"({"lease_done": {"lease_id": 7}})");
  ASSERT_TRUE(tests.Take(&done).ok());
  v1::WorkerMessage late = FromJson(R"({"progress": {"passed": [{"lease_id": 7}]}})");
  EXPECT_FALSE(tests.Take(&late).ok());
}

}  // namespace
}  // namespace fastest::agent
