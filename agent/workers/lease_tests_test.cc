#include "agent/workers/lease_tests.h"

#include <string>

#include "absl/strings/string_view.h"
#include "agent/workers/message_json.h"
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

class LeaseTestsTest : public testing::Test {
 protected:
  LeaseTestsTest() {
    tests_.Grant(7);
    EXPECT_TRUE(tests_
                    .Check(FromJson(R"({"collected": {"lease_id": 7, "tests": [
                        {"node_id": "a.py::test_1"}, {"node_id": "a.py::test_2", "index": 1}]}})"))
                    .ok());
  }

  std::string ReadError(absl::string_view text) const {
    v1::WorkerMessage::Progress progress;
    return std::string(tests_.Read(text, &progress).message());
  }

  LeaseTests tests_;
};

TEST_F(LeaseTestsTest, ReadsATestThatPassedAndOneThatBegins) {
  v1::WorkerMessage::Progress progress;
  ASSERT_TRUE(tests_.Read("[7,0,100500000000,500000000,250000000,1,12,7,1,101250000001]", &progress).ok());
  ASSERT_EQ(progress.passed_size(), 1);
  const v1::WorkerMessage::Passed& passed = progress.passed(0);
  EXPECT_EQ(passed.lease_id(), 7u);
  EXPECT_EQ(passed.position(), 0u);
  EXPECT_DOUBLE_EQ(passed.start(), 100.5);
  EXPECT_EQ(passed.setup_ns(), 500000000u);
  EXPECT_EQ(passed.call_ns(), 250000000u);
  EXPECT_EQ(passed.teardown_ns(), 1u);
  EXPECT_EQ(passed.line(), 12);
  EXPECT_EQ(progress.started_lease_id(), 7u);
  EXPECT_EQ(progress.started().node_id(), "a.py::test_2");
  EXPECT_EQ(progress.started().index(), 1u);
  EXPECT_DOUBLE_EQ(progress.started_at(), 101.250000001);
}

TEST_F(LeaseTestsTest, ReadsEachOfTheTwoAlone) {
  v1::WorkerMessage::Progress passed;
  ASSERT_TRUE(tests_.Read("[7,1,100500000000,0,0,0,0]", &passed).ok());
  EXPECT_EQ(passed.passed_size(), 1);
  EXPECT_FALSE(passed.has_started());
  v1::WorkerMessage::Progress started;
  ASSERT_TRUE(tests_.Read("[7,0,100500000000]", &started).ok());
  EXPECT_EQ(started.passed_size(), 0);
  EXPECT_EQ(started.started().node_id(), "a.py::test_1");
}

TEST_F(LeaseTestsTest, RefusesWhatIsNoShortForm) {
  for (const char* text : {"[", "[]", "[7]", "[7,0]", "[7,0,1,2]", "[7,0,x]", "[7,0,-1]", "[7,0,1.5]", "[7,0,1",
                           "[7,0,1,2,3,4,5,7,0,1,2]", "[7,0,99999999999999999999]", "[[7,0,1]]", "7,0,1"}) {
    EXPECT_THAT(ReadError(text), HasSubstr("no short form")) << text;
  }
}

TEST_F(LeaseTestsTest, RefusesWhatWasNotCollected) {
  EXPECT_EQ(ReadError("[7,2,1,0,0,0,0]"), "lease 7 has no test at 2");
  EXPECT_EQ(ReadError("[8,0,1]"), "lease 8 has no test at 0");
  EXPECT_EQ(tests_.Check(FromJson(R"({"progress": {"passed": [{"lease_id": 7, "position": 2}]}})")).message(),
            "lease 7 has no test at 2");
  EXPECT_TRUE(tests_.Check(FromJson(R"({"progress": {"passed": [{"lease_id": 7, "position": 1}]}})")).ok());
}

TEST_F(LeaseTestsTest, RefusesWhatTheWorkerDoesNotHold) {
  tests_.Grant(9);
  const char* const ok[] = {
      R"({"progress": {"results": [{"lease_id": 7, "ref": {"node_id": "a.py::test_1"}}]}})",
      R"({"progress": {"started_lease_id": 7, "started": {"node_id": "a.py::test_2", "index": 1}}})",
      R"({"progress": {"results": [{"lease_id": 7, "ref": {"node_id": "a.py::test_2", "index": 1}}]}})",
      R"({"progress": {}})",
      R"({"returned": {"lease_id": 9, "whole": true}})",
      R"({"lease_done": {"lease_id": 7}})",
      R"({"returned": {"lease_id": 7}})",
  };
  const char* const wrong[] = {
      R"({"progress": {"results": [{"lease_id": 8, "ref": {"node_id": "a.py::test_1"}}]}})",
      R"({"progress": {"results": [{"lease_id": 7, "ref": {"node_id": "a.py::test_2"}}]}})",
      R"({"progress": {"results": [{"lease_id": 7, "ref": {"node_id": "b.py::test_1"}}]}})",
      R"({"progress": {"started_lease_id": 8, "started": {"node_id": "a.py::test_1"}}})",
      R"({"progress": {"passed": [{"lease_id": 8, "position": 0}]}})",
      R"({"collected": {"lease_id": 7, "tests": [{"node_id": "a.py::test_3"}]}})",
      R"({"collected": {"lease_id": 8}})",
      R"({"lease_done": {"lease_id": 8}})",
      R"({"returned": {"lease_id": 8}})",
  };
  for (const char* text : wrong) EXPECT_FALSE(tests_.Check(FromJson(text)).ok()) << text;
  for (const char* text : ok) {
    const absl::Status status = tests_.Check(FromJson(text));
    EXPECT_TRUE(status.ok()) << text << " " << status;
  }
  EXPECT_EQ(tests_.Check(FromJson(R"({"lease_done": {"lease_id": 7}})")).message(), "it does not hold lease 7");
}

TEST_F(LeaseTestsTest, ForgetsLeasesThatAreDone) {
  ASSERT_TRUE(tests_.Check(FromJson(R"({"lease_done": {"lease_id": 7}})")).ok());
  EXPECT_EQ(ReadError("[7,0,1]"), "lease 7 has no test at 0");
}

}  // namespace
}  // namespace fastest::agent
