#include "coordinator/events/json_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::events {
namespace {

using nlohmann::json;
using report::DeadResult;
using report::FailedResult;
using report::PassedResult;
using report::SkippedResult;
using report::StringSink;
using results::Origin;
using results::RunStart;
using ::testing::StartsWith;

const Origin kOrigin = {"local", "gw1", 2};

class JsonReporterTest : public testing::Test {
 protected:
  // The last line written, which is also the only one since the last call.
  json Line() {
    reporter_.Tick(0);
    EXPECT_THAT(written_, testing::EndsWith("\n"));
    EXPECT_EQ(std::count(written_.begin(), written_.end(), '\n'), 1) << written_;
    json line = json::parse(written_);
    written_.clear();
    return line;
  }

  std::string written_;
  bool closed_ = false;
  absl::Status error_;
  std::ostringstream err_;
  JsonReporter reporter_{std::make_unique<StringSink>(&written_, &closed_, &error_), err_};
};

TEST_F(JsonReporterTest, ResultHasTheContractsFieldsInOrder) {
  reporter_.Result(PassedResult("a.py::x"), kOrigin);
  reporter_.Tick(0);
  EXPECT_THAT(written_, StartsWith(R"({"type":"result","nodeid":"a.py::x","outcome":"passed","duration_s":0.006,)"
                                   R"("engine":"pytest","agent":"local","worker":"gw1","attempt":2,)"
                                   R"("phases":{"setup":0.001,"call":0.002,"teardown":0.003},"started_at":)"));
  const json line = json::parse(written_);
  EXPECT_DOUBLE_EQ(line["started_at"], 100.001);
  for (const char* absent : {"index", "reason", "longrepr", "sections", "user_properties", "also"}) {
    EXPECT_FALSE(line.contains(absent)) << absent;
  }
}

TEST_F(JsonReporterTest, FailuresBringTheirText) {
  v1::TestResult result = FailedResult("a.py::x", "no");
  v1::Section* section = result.mutable_phases(1)->add_sections();
  section->set_name("Captured stdout call");
  section->set_content("said");
  result.mutable_ref()->set_index(3);
  v1::Property* property = result.add_user_properties();
  property->set_name("answer");
  property->set_value("42");
  reporter_.Result(result, kOrigin);
  const json line = Line();
  EXPECT_EQ(line["outcome"], "failed");
  EXPECT_EQ(line["index"], 3);
  EXPECT_EQ(line["longrepr"], "E   no");
  EXPECT_EQ(line["sections"], json::parse(R"([{"name":"Captured stdout call","content":"said"}])"));
  EXPECT_EQ(line["user_properties"], json::parse(R"([{"name":"answer","value":"42"}])"));
}

TEST_F(JsonReporterTest, StagesThatWereReached) {
  v1::TestResult result = FailedResult("a.py::x", "call");
  result.mutable_stages()->set_leased(1.5);
  result.mutable_stages()->set_reported(3.5);
  reporter_.Result(result, kOrigin);
  EXPECT_EQ(Line()["stages"], json::parse(R"({"leased":1.5,"reported":3.5})"));
}

TEST_F(JsonReporterTest, AFailedTeardownStandsBesideAFailedCall) {
  v1::TestResult result = FailedResult("a.py::x", "call");
  result.mutable_phases(2)->set_outcome("failed");
  result.mutable_phases(2)->set_longrepr("teardown");
  reporter_.Result(result, kOrigin);
  const json line = Line();
  EXPECT_EQ(line["longrepr"], "E   call");
  EXPECT_EQ(line["also"], json::parse(R"([{"when":"teardown","longrepr":"teardown","sections":[]}])"));
}

TEST_F(JsonReporterTest, CrashesAndTimeoutsSayWhy) {
  reporter_.Result(DeadResult("a.py::x", "signal SIGSEGV"), kOrigin);
  json line = Line();
  EXPECT_EQ(line["outcome"], "failed");
  EXPECT_EQ(line["reason"], "crash");
  EXPECT_EQ(line["death"], "signal SIGSEGV");
  EXPECT_EQ(line["longrepr"], "signal SIGSEGV");
  v1::TestResult hung = DeadResult("a.py::y", "ran for more than 5 s");
  hung.set_reason(v1::TIMEOUT);
  reporter_.Result(hung, kOrigin);
  EXPECT_EQ(Line()["reason"], "timeout");
}

TEST_F(JsonReporterTest, SkipsAndExpectedFailuresGiveTheirReason) {
  reporter_.Result(SkippedResult("a.py::x", "Skipped: no network"), kOrigin);
  EXPECT_EQ(Line()["skip_reason"], "no network");
  v1::TestResult result = SkippedResult("a.py::x", "known bug");
  result.set_outcome(v1::XFAILED);
  result.mutable_phases(1)->set_xfail(true);
  reporter_.Result(result, kOrigin);
  json line = Line();
  EXPECT_EQ(line["outcome"], "xfailed");
  EXPECT_EQ(line["xfail_reason"], "known bug");
  result.set_outcome(v1::XPASSED);
  result.mutable_phases(1)->set_outcome("passed");
  reporter_.Result(result, kOrigin);
  line = Line();
  EXPECT_EQ(line["outcome"], "xpassed");
  EXPECT_EQ(line["xfail_reason"], "known bug");
}

TEST_F(JsonReporterTest, AResultWithoutOutcomeIsNoGoodOne) {
  reporter_.Result(v1::TestResult(), kOrigin);
  EXPECT_EQ(Line()["outcome"], "error");
}

TEST_F(JsonReporterTest, SubtestsAreEventsOfTheirOwn) {
  v1::TestResult result = FailedResult("a.py::x", "contains 1 failed subtest");
  v1::Phase subtest = result.phases(1);
  subtest.set_subtest("(i=1)");
  subtest.set_duration_s(0.0005);
  subtest.set_longrepr("assert 1 == 2");
  *result.add_phases() = subtest;
  reporter_.Result(result, kOrigin);
  reporter_.Tick(0);
  std::istringstream lines(written_);
  std::string line;
  std::getline(lines, line);
  const json event = json::parse(line);
  EXPECT_EQ(event["type"], "subtest");
  EXPECT_EQ(event["subtest"], "(i=1)");
  EXPECT_EQ(event["outcome"], "failed");
  EXPECT_EQ(event["longrepr"], "assert 1 == 2");
  EXPECT_EQ(event["worker"], "gw1");
  std::getline(lines, line);
  const json test = json::parse(line);
  EXPECT_EQ(test["type"], "result");
  EXPECT_EQ(test["longrepr"], "E   contains 1 failed subtest");
  EXPECT_DOUBLE_EQ(test["duration_s"], 0.006);
  EXPECT_FALSE(test.contains("also"));
}

TEST_F(JsonReporterTest, TheRunBeginsAndEnds) {
  RunStart run;
  run.version = "0.1.0";
  run.run_id = "r1";
  run.slots = 2;
  reporter_.RunStarted(run);
  json line = Line();
  EXPECT_EQ(line["type"], "run_started");
  EXPECT_EQ(line["schema"], 1);
  EXPECT_EQ(line["slots"], 2);

  results::RunSummary summary;
  summary.exit_code = 10;
  summary.counts = {{"passed", 2}, {"", 4}};
  summary.stop_reason = "stopped";
  results::NotRun lost;
  lost.module = "b.py";
  lost.reason = "worker lost";
  summary.books.not_run = {lost};
  summary.books.collected = 3;
  EXPECT_TRUE(reporter_.Finished(summary));
  EXPECT_TRUE(closed_);
  line = Line();
  EXPECT_EQ(line["type"], "run_finished");
  EXPECT_EQ(line["exit_code"], 10);
  EXPECT_EQ(line["counts"], json::parse(R"({"passed":2})"));
  EXPECT_EQ(line["stop_reason"], "stopped");
  EXPECT_EQ(line["books"]["balanced"], false);
  EXPECT_EQ(line["books"]["not_run"], json::parse(R"([{"nodeid":"b.py","reason":"worker lost"}])"));
}

TEST_F(JsonReporterTest, OtherEvents) {
  reporter_.WorkerStarted(kOrigin, {});
  EXPECT_EQ(Line(), json::parse(R"({"type":"worker_started","agent":"local","worker":"gw1"})"));
  reporter_.WorkerStarted(kOrigin, {{"os", "debian"}, {"gpu", ""}});
  EXPECT_EQ(Line()["labels"], json::parse(R"({"os":"debian","gpu":""})"));
  reporter_.WorkerLost(kOrigin, "signal SIGKILL");
  EXPECT_EQ(Line(), json::parse(R"({"type":"worker_lost","agent":"local","worker":"gw1","how":"signal SIGKILL"})"));
  reporter_.Note("text");
  EXPECT_EQ(Line(), json::parse(R"({"type":"note","text":"text"})"));
  v1::CollectReport report;
  report.set_node_id("a.py");
  report.set_outcome("failed");
  report.set_longrepr("ImportError");
  reporter_.Collect(report);
  EXPECT_EQ(Line(), json::parse(R"({"type":"collect_error","nodeid":"a.py","longrepr":"ImportError"})"));
  report.set_outcome("skipped");
  report.set_skip_reason("Skipped: why");
  reporter_.Collect(report);
  const json skip = Line();
  EXPECT_EQ(skip["type"], "collect_skip");
  EXPECT_EQ(skip["skip_reason"], "why");
  v1::RecordedWarning warning;
  warning.set_category("UserWarning");
  warning.set_when("collect");
  warning.set_message("text");
  warning.set_location_path("a.py");
  warning.set_location_line(3);
  reporter_.Warning(warning);
  EXPECT_EQ(Line(), json::parse(R"({"type":"warning","category":"UserWarning","when":"collect","message":"text",
                                    "path":"a.py","line":3})"));
}

TEST_F(JsonReporterTest, BytesThatAreNotTextAreReplaced) {
  reporter_.Note("bad \xFF byte");
  EXPECT_EQ(Line()["text"], "bad \xEF\xBF\xBD byte");
}

TEST_F(JsonReporterTest, ManyLinesAreWrittenWithoutWaiting) {
  const std::string text(1000, 'x');
  for (int i = 0; i < 100; ++i) reporter_.Note(text);
  EXPECT_GT(written_.size(), 64u * 1024);
  EXPECT_EQ(written_.back(), '\n');
}

TEST_F(JsonReporterTest, AnErrorIsToldOnce) {
  error_ = absl::ResourceExhaustedError("cannot write events.jsonl: No space left on device");
  reporter_.Note("one");
  reporter_.Tick(0);
  reporter_.Note("two");
  reporter_.Tick(0);
  EXPECT_FALSE(reporter_.Finished({}));
  EXPECT_EQ(err_.str(), "fastest: the JSON report is incomplete: cannot write events.jsonl: No space left on device\n");
}

}  // namespace
}  // namespace fastest::events
