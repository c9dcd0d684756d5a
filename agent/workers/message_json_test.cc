#include "agent/workers/message_json.h"

#include <random>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "proto/run.pb.h"

namespace fastest::agent {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;

v1::WorkerMessage Parse(const std::string& json) {
  v1::WorkerMessage message;
  const absl::Status status = MessageFromJson(json, &message);
  EXPECT_TRUE(status.ok()) << status << " in " << json;
  return message;
}

std::string ParseError(const std::string& json) {
  v1::WorkerMessage message;
  const absl::Status status = MessageFromJson(json, &message);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << json;
  return std::string(status.message());
}

TEST(MessageFromJsonTest, ReadsATestsProgress) {
  const v1::WorkerMessage message = Parse(R"({"progress": {
      "results": [{"lease_id": 12, "ref": {"node_id": "a.py::t[\u00e9]", "index": 1}, "outcome": "PASSED",
                   "phases": [{"when": "setup", "start": 1.5, "duration_s": 2e-5}, {"when": "call", "xfail": true}],
                   "location_line": -1, "reason": 2,
                   "user_properties": [{"name": "n", "value": "v"}]}],
      "started_lease_id": 18446744073709551615, "started": {"node_id": "a.py::u"}, "started_at": 7}})");
  const v1::WorkerMessage::Progress& progress = message.progress();
  ASSERT_EQ(progress.results_size(), 1);
  const v1::TestResult& result = progress.results(0);
  EXPECT_EQ(result.lease_id(), 12u);
  EXPECT_EQ(result.ref().node_id(), "a.py::t[é]");
  EXPECT_EQ(result.ref().index(), 1u);
  EXPECT_EQ(result.outcome(), v1::PASSED);
  EXPECT_EQ(result.reason(), v1::TIMEOUT);
  ASSERT_EQ(result.phases_size(), 2);
  EXPECT_EQ(result.phases(0).start(), 1.5);
  EXPECT_EQ(result.phases(0).duration_s(), 2e-5);
  EXPECT_TRUE(result.phases(1).xfail());
  EXPECT_EQ(result.location_line(), -1);
  EXPECT_EQ(result.user_properties(0).value(), "v");
  EXPECT_EQ(progress.started_lease_id(), 18446744073709551615u);
  EXPECT_EQ(progress.started().node_id(), "a.py::u");
  EXPECT_EQ(progress.started_at(), 7.0);
}

TEST(MessageFromJsonTest, ReadsMapsRepeatedTextAndBytes) {
  const v1::WorkerMessage ready = Parse(R"({"ready": {"options": {"maxfail": "1", "tbstyle": "auto"},
      "header": ["rootdir: /x", "plugins: y"], "collection": {"mode": "WHOLE", "deselected": "3"}}})");
  EXPECT_EQ(ready.ready().options().at("maxfail"), "1");
  EXPECT_EQ(ready.ready().options().at("tbstyle"), "auto");
  EXPECT_EQ(ready.ready().header(1), "plugins: y");
  EXPECT_EQ(ready.ready().collection().mode(), v1::WHOLE);
  EXPECT_EQ(ready.ready().collection().deselected(), 3u);
  EXPECT_EQ(Parse(R"({"output": {"stream": "TERMINAL", "data": "AGI="}})").output().data(), std::string("\0b", 2));
}

TEST(MessageFromJsonTest, SkipsWhatItDoesNotKnow) {
  const v1::WorkerMessage message = Parse(R"({"later": {"a": [1, {"b": [null]}], "c": "d"}, "more": [[]], "ended":
      {"exit_status": 1.0, "mood": "fine", "stop_reason": null}})");
  EXPECT_EQ(message.ended().exit_status(), 1);
  EXPECT_EQ(Parse(R"({"output": {"stream": "HOLOGRAM"}})").output().stream(), v1::WorkerMessage::Output::STDOUT);
}

TEST(MessageFromJsonTest, AMessageThatSaysNothingIsStillThere) {
  EXPECT_TRUE(Parse(R"({"lease_done": {}})").has_lease_done());
  EXPECT_EQ(Parse("{}").message_case(), v1::WorkerMessage::MESSAGE_NOT_SET);
}

TEST(MessageFromJsonTest, RefusesWhatDoesNotFit) {
  EXPECT_THAT(ParseError(R"({"ended": {"exit_status": "many"}})"),
              HasSubstr("fastest.v1.WorkerMessage.Ended.exit_status"));
  EXPECT_THAT(ParseError(R"({"ended": {"exit_status": 3000000000}})"), HasSubstr("exit_status"));
  EXPECT_THAT(ParseError(R"({"ended": {"exit_status": 1.5}})"), HasSubstr("exit_status"));
  EXPECT_THAT(ParseError(R"({"lease_done": {"lease_id": -1}})"), HasSubstr("lease_id"));
  EXPECT_THAT(ParseError(R"({"ended": {"exit_called": "true"}})"), HasSubstr("exit_called"));
  EXPECT_THAT(ParseError(R"({"ended": {"stop_reason": 1}})"), HasSubstr("stop_reason"));
  EXPECT_THAT(ParseError(R"({"ended": []})"), HasSubstr("ended"));
  EXPECT_THAT(ParseError(R"({"progress": {"results": {}}})"), HasSubstr("results"));
  EXPECT_THAT(ParseError(R"({"progress": {"results": [[]]}})"), HasSubstr("results"));
  EXPECT_THAT(ParseError(R"({"ready": {"header": "one"}})"), HasSubstr("header"));
  EXPECT_THAT(ParseError(R"({"ready": {"options": {"a": {}}}})"), HasSubstr("value"));
  EXPECT_THAT(ParseError(R"({"output": {"data": "*"}})"), HasSubstr("data"));
  for (const char* root : {"1", "[]", "null", "\"x\""})
    EXPECT_THAT(ParseError(root), HasSubstr("fastest.v1.WorkerMessage"));
}

TEST(MessageFromJsonTest, RefusesWhatIsNotJson) {
  for (const std::string text :
       {"", "{", "{\"ended\": }", "{} {}", "Traceback", "{\"ended\": {\"stop_reason\": \"\xff\"}}"}) {
    EXPECT_THAT(ParseError(text), HasSubstr("not JSON"));
  }
}

TEST(MessageFromJsonTest, GarbageNeverCrashes) {
  const std::string good =
      R"({"progress":{"results":[{"ref":{"node_id":"a"},"phases":[{"when":"call"}]}],"started":{}}})";
  std::mt19937 random(11);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = good;
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = "{}[]\",:0n\\"[random() % 10];
    v1::WorkerMessage message;
    accepted += MessageFromJson(text, &message).ok();
  }
  EXPECT_LT(accepted, 20000);
}

TEST(MessageFromJsonTest, DeepNestingIsNoDanger) {
  ParseError("{\"x\":" + std::string(1000000, '['));
  ParseError(std::string(1000000, '['));
}

TEST(MessageToJsonTest, WritesNumbersAsNumbersAndEnumsByName) {
  v1::WorkerCommand command;
  v1::Lease* lease = command.mutable_run();
  lease->set_id(18446744073709551615u);
  lease->mutable_batch()->set_module("tests/test_a.py");
  lease->mutable_batch()->add_boundaries("tests/test_a.py::\"q\"\n");
  EXPECT_EQ(MessageToJson(command),
            R"({"run":{"batch":{"boundaries":["tests/test_a.py::\"q\"\n"],"module":"tests/test_a.py"},)"
            R"("id":18446744073709551615}})");

  command.mutable_finish();
  EXPECT_EQ(MessageToJson(command), R"({"finish":{}})");
  command.mutable_start()->mutable_run()->set_collection(v1::WHOLE);
  EXPECT_EQ(MessageToJson(command), R"({"start":{"run":{"collection":"WHOLE"}}})");
}

TEST(MessageToJsonTest, ComesBackTheSame) {
  v1::WorkerMessage message;
  v1::WorkerMessage::Ready* ready = message.mutable_ready();
  ready->set_stdout_fd(-1);
  ready->set_pid(77);
  ready->add_header("");
  ready->add_header("zwei – 2");
  (*ready->mutable_options())["k"] = "v\t";
  ready->mutable_collection()->add_tests()->set_node_id("x");
  v1::WorkerMessage again;
  ASSERT_TRUE(MessageFromJson(MessageToJson(message), &again).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(message, again));

  message.mutable_output()->set_data(std::string("\0\xff raw", 6));
  ASSERT_TRUE(MessageFromJson(MessageToJson(message), &again).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(message, again));
}

TEST(MessageToJsonTest, InvalidTextDoesNotThrow) {
  v1::WorkerCommand command;
  command.mutable_stop()->set_reason("a\xff");
  EXPECT_THAT(MessageToJson(command), HasSubstr("\"reason\":\"a"));
}

}  // namespace
}  // namespace fastest::agent
