#include "coordinator/events/event_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/events/json_reporter.h"
#include "coordinator/report/files/junit_reporter.h"
#include "coordinator/report/terminal/terminal_reporter.h"
#include "coordinator/report/testing/golden_recording.h"
#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::events {
namespace {

using report::Reporter;
using report::StringSink;
using ::testing::HasSubstr;

// Tells all of `text` to `reporter`, and returns how the reading ended.
absl::Status ReplayAll(const std::string& text, Reporter& reporter) {
  std::istringstream in(text);
  EventReader reader(in, "events.jsonl");
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(reporter);
    if (!more.ok()) return more.status();
    if (*more) continue;
    if (reader.summary().has_value()) reporter.Finished(*reader.summary());
    return absl::OkStatus();
  }
}

// What a JsonReporter writes while `tell` tells it a run.
template <typename Tell>
std::string Written(Tell tell) {
  std::string written;
  std::ostringstream err;
  JsonReporter reporter(std::make_unique<StringSink>(&written), err);
  tell(reporter);
  reporter.Tick(0);
  EXPECT_EQ(err.str(), "");
  return written;
}

results::RunStart Start() {
  results::RunStart run;
  run.run_id = "r1";
  run.slots = 2;
  run.options["tb"] = "auto";
  return run;
}

std::string StartLine() {
  return Written([](Reporter& r) { r.RunStarted(Start()); });
}

class GoldenEventsTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenEventsTest, ReportsFromEventsArePytestsToo) {
  const std::vector<nlohmann::json> recording = report::ReadGoldenEvents(GetParam());
  const std::string events = Written([&](Reporter& r) { report::ReplayGolden(recording, r); });

  report::TerminalOptions terminal_options;
  terminal_options.color = recording.front()["run"]["color"];
  terminal_options.junit_xml_path = "/tmp/fastest_recorded_junit.xml";
  std::ostringstream out;
  std::ostringstream err;
  report::TerminalReporter terminal(out, err, terminal_options);
  ASSERT_EQ(ReplayAll(events, terminal), absl::OkStatus());
  EXPECT_EQ(out.str(), report::ReadGolden(std::string(GetParam()) + ".txt"));

  report::JunitOptions junit_options;
  junit_options.prefix = recording.front()["run"]["prefix"];
  std::string xml;
  report::JunitReporter junit(std::make_unique<StringSink>(&xml), junit_options, err);
  ASSERT_EQ(ReplayAll(events, junit), absl::OkStatus());
  EXPECT_EQ(report::CanonicalXml(xml), report::CanonicalXml(report::ReadGolden(std::string(GetParam()) + ".xml")));
  EXPECT_EQ(err.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenEventsTest, testing::ValuesIn(report::kGoldenRecordings),
                         [](const auto& info) { return std::string(info.param); });

// The calls below tell every kind of event once, with every field that can be set.
const results::Origin kOrigin = {"a1", "gw0", 1};

v1::TestRef Ref(const std::string& node_id, uint32_t index = 0) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  ref.set_index(index);
  return ref;
}

void TellStart(Reporter& r) {
  results::RunStart run = Start();
  run.version = "0.1.0";
  run.rootdir = "/r";
  run.invocation_dir = "/r/sub";
  run.python_version = "3.11";
  run.pytest_version = "8";
  run.header = {"rootdir: /r", "plugins: x"};
  run.whole_reason = "why";
  run.started_at = 1795619898.8133371;
  run.hostname = "h";
  run.shard = {2, 3, "abc", {"r0"}};
  r.RunStarted(run);
  r.AgentJoined({"a1", "h1", 4, {{"os", "debian"}}});
  r.AgentRefused("b:7070", "connection refused");
  r.Planned({3, 1.25, 0.5, 2.5, true});
  r.Expected(5, false);
  r.WorkerStarted({"a1", "gw0", 1, 3}, {{"os", "debian"}});
  r.BatchLeased({7, "a.py", 2, 3, 100.25}, kOrigin);
  r.ModuleExpected("a.py", 5);
  r.Collected("a.py", {Ref("a.py::x", 1), Ref("other::y")}, 0.25);
  r.Deselected(2);
  r.Expected(5, true);
  r.TestStarted(Ref("a.py::x", 1), kOrigin, 100.5);
}

void TellResults(Reporter& r) {
  v1::TestResult result = report::FailedResult("a.py::x[\"\xC3\xBC\n]", "no");
  result.set_lease_id(7);
  result.mutable_ref()->set_index(1);
  result.set_location_path("../conf.py");
  result.set_location_line(0);
  result.set_domain("other");
  result.set_engine_reason("because");
  result.mutable_stages()->set_leased(1.0 / 3);
  v1::Section* section = result.mutable_phases(1)->add_sections();
  section->set_name("Captured log call");
  section->set_content("text");
  v1::Property* property = result.add_user_properties();
  property->set_name("n");
  property->set_value("v");
  r.Attempt(result, kOrigin);
  r.Result(report::PassedResult("a.py::x"), {"a1", "gw0", 2});
  v1::TestResult direct = report::PassedResult("a.py::T::y[z::1]");
  direct.set_engine(v1::ENGINE_DIRECT);
  direct.set_location_path("a.py");
  direct.set_domain("T.y[z::1]");
  direct.set_location_line(3);
  direct.mutable_stages()->set_setup(direct.phases(0).start());
  direct.mutable_stages()->set_call(direct.phases(1).start());
  direct.mutable_stages()->set_teardown(direct.phases(2).start());
  r.Result(direct, kOrigin);
  v1::TestResult dead = report::DeadResult("a.py::dead", "signal SIGSEGV");
  r.Result(dead, kOrigin);
  dead.set_reason(v1::TIMEOUT);
  dead.mutable_ref()->set_index(1);
  r.Result(dead, kOrigin);
  dead.mutable_ref()->set_index(2);
  dead.set_quarantined("flaky (team, until 2030-01-01)");
  r.Result(dead, kOrigin);
}

void TellTheRest(Reporter& r) {
  v1::CollectReport collect;
  collect.set_node_id("c.py");
  collect.set_outcome("failed");
  collect.set_longrepr("ImportError");
  collect.set_terminal_text("E  ImportError");
  collect.set_summary_line("c.py");
  r.Collect(collect);
  v1::RecordedWarning warning;
  warning.set_category("W");
  warning.set_when("collect");
  warning.set_message("m");
  warning.set_location_path("a.py");
  warning.set_location_line(3);
  r.Warning(warning);
  v1::WorkerMessage::Output output;
  output.set_stream(v1::WorkerMessage::Output::STDERR);
  output.set_data("half \xC3");
  r.Output(output, kOrigin);
  r.WorkerLost(kOrigin, "signal SIGKILL");
  r.AgentLost("a1", "its stream broke");
  r.Note("text");
  results::RunSummary summary;
  summary.exit_code = 10;
  summary.counts = {{"passed", 2}};
  summary.duration_s = 0.1;
  summary.finished_at = 200.5;
  summary.stop_reason = "stopped";
  summary.plugin_summary = "plugins say";
  summary.policy_failures = {"the quarantine of x ended"};
  summary.flaky_fails = true;
  summary.module_order = {"a.py", "c.py"};
  summary.timing.total_s = 1.5;
  summary.timing.longest_test = "a.py::x";
  summary.timing.agents = 2;
  summary.books.collected = 5;
  summary.books.reported = 4;
  summary.books.disagreements = {"they disagree"};
  results::NotRun by_module;
  by_module.module = "d.py";
  by_module.reason = "lost";
  results::NotRun by_test;
  by_test.module = "a.py";
  by_test.ref = Ref("a.py::x", 1);
  by_test.reason = "lost too";
  summary.books.not_run = {by_module, by_test};
  r.Finished(summary);
}

void TellEverything(Reporter& r) {
  TellStart(r);
  TellResults(r);
  TellTheRest(r);
}

TEST(EventReaderTest, WhatIsReadAndWrittenAgainIsTheSame) {
  const std::string events = Written(TellEverything);
  // Everything that is written is read: each line is there again, in its place.
  const std::string again = Written([&](Reporter& r) { ASSERT_EQ(ReplayAll(events, r), absl::OkStatus()); });
  EXPECT_EQ(again, events);
}

TEST(EventReaderTest, PlainResultsAreBroughtBackWhole) {
  class Keeper final : public Reporter {
   public:
    void Result(const v1::TestResult& result, const results::Origin&) override { results.push_back(result); }
    std::vector<v1::TestResult> results;
  };
  v1::TestResult plain = report::PassedResult("a.py::test_x");
  plain.set_location_path("a.py");
  plain.mutable_stages()->set_setup(plain.phases(0).start());
  plain.mutable_stages()->set_call(plain.phases(1).start());
  plain.mutable_stages()->set_teardown(plain.phases(2).start());
  const std::string events = Written([&](Reporter& r) {
    r.RunStarted(Start());
    r.Result(plain, {"a", "gw0", 1});
  });
  EXPECT_THAT(events, testing::Not(HasSubstr("reports")));
  Keeper keeper;
  ASSERT_EQ(ReplayAll(events, keeper), absl::OkStatus());
  ASSERT_EQ(keeper.results.size(), 1u);
  EXPECT_EQ(keeper.results[0].SerializeAsString(), plain.SerializeAsString());
}

// The error of reading `text`.
std::string ErrorOf(const std::string& text) {
  Reporter nobody;
  return std::string(ReplayAll(text, nobody).message());
}

TEST(EventReaderTest, DamageIsNamedByFileAndLine) {
  EXPECT_EQ(ErrorOf("hello\n"), "events.jsonl, line 1: the run_started line of a --report-json file is needed here");
  EXPECT_EQ(ErrorOf(StartLine() + "{\"type\n"), "events.jsonl, line 2: not a line of JSON");
  EXPECT_EQ(ErrorOf(StartLine() + "[]\n"), "events.jsonl, line 2: it is no JSON object");
  EXPECT_EQ(ErrorOf(StartLine() + "{}\n"), "events.jsonl, line 2: 'type' is missing");
  EXPECT_EQ(ErrorOf(StartLine() + "{\"type\":\"note\"}\n"), "events.jsonl, line 2: a note whose 'text' is missing");
  EXPECT_EQ(ErrorOf(StartLine() + "{\"type\":\"note\",\"text\":3}\n"),
            "events.jsonl, line 2: a note whose 'text' is not text");
  EXPECT_EQ(ErrorOf(StartLine() + "{\"type\":\"expected\",\"tests\":-1,\"exact\":true}\n"),
            "events.jsonl, line 2: a expected whose 'tests' is not a whole number from 0 to 2147483647");
  EXPECT_THAT(ErrorOf(StartLine() + StartLine()), HasSubstr("line 2: a second run_started"));
}

TEST(EventReaderTest, ARunThatWasAnnouncedHasTwoLinesThatAreWrittenAgainAsTheyWere) {
  const auto announce = [](Reporter& r) {
    results::RunStart early = Start();
    early.options.clear();
    r.RunAnnounced(early);
  };
  const std::string events = Written([&](Reporter& r) {
    announce(r);
    r.RunStarted(Start());
    r.Note("n");
  });
  EXPECT_THAT(events, HasSubstr("{\"type\":\"session_started\""));
  class Keeper final : public Reporter {
   public:
    void RunStarted(const results::RunStart& run) override { runs.push_back(run); }
    std::vector<results::RunStart> runs;
  } keeper;
  ASSERT_EQ(ReplayAll(events, keeper), absl::OkStatus());
  ASSERT_EQ(keeper.runs.size(), 1u);
  EXPECT_EQ(keeper.runs[0].options.at("tb"), "auto");
  EXPECT_EQ(Written([&](Reporter& r) { EXPECT_EQ(ReplayAll(events, r), absl::OkStatus()); }), events);
  // No worker was ever ready.
  const std::string abandoned = Written([&](Reporter& r) {
    announce(r);
    EXPECT_TRUE(r.Abandoned({}));
  });
  EXPECT_THAT(abandoned, HasSubstr("{\"type\":\"run_finished\""));
  keeper.runs.clear();
  ASSERT_EQ(ReplayAll(abandoned, keeper), absl::OkStatus());
  ASSERT_EQ(keeper.runs.size(), 1u);
  EXPECT_FALSE(keeper.runs[0].selects());
}

TEST(EventReaderTest, AFileThatBreaksOffInItsFirstLineIsNoDamage) {
  EXPECT_EQ(ErrorOf(""), "");
  EXPECT_EQ(ErrorOf(StartLine().substr(0, 9)), "");
  EXPECT_EQ(ErrorOf(StartLine().substr(0, 99)), "");
  EXPECT_EQ(ErrorOf("hello"), "events.jsonl, line 1: the run_started line of a --report-json file is needed here");
}

TEST(EventReaderTest, AnotherSchemaIsRefused) {
  std::string start = StartLine();
  start.replace(start.find("\"schema\":1"), 10, "\"schema\":9");
  EXPECT_EQ(
      ErrorOf(start),
      "events.jsonl, line 1: events of schema 9, and this version reads schema 1: use the fastest-coordinator that "
      "wrote them, or a newer one");
}

TEST(EventReaderTest, UnknownTypesAndFieldsArePassedOver) {
  EXPECT_EQ(ErrorOf(StartLine() + "{\"type\":\"new_thing\",\"x\":1}\n{\"type\":\"note\",\"text\":\"t\",\"more\":[]}\n"),
            "");
}

TEST(EventReaderTest, NothingIsToldOfADamagedLine) {
  class Strict final : public Reporter {
   public:
    void AgentLost(const std::string&, const std::string&) override { ADD_FAILURE(); }
  } strict;
  EXPECT_FALSE(ReplayAll(StartLine() + "{\"type\":\"agent_lost\",\"agent\":\"a\"}\n", strict).ok());
}

TEST(EventReaderTest, ACutFileIsReadUpToTheCut) {
  const std::string events = Written(TellEverything);
  // A file that is cut at any place can be read. Only the whole file has a summary.
  for (size_t size = 0; size < events.size(); size += 97) {
    std::istringstream in(events.substr(0, size));
    EventReader reader(in, "events.jsonl");
    Reporter nobody;
    bool more = true;
    while (more) {
      const absl::StatusOr<bool> next = reader.Next(nobody);
      ASSERT_TRUE(next.ok()) << next.status();
      more = *next;
    }
    EXPECT_FALSE(reader.summary().has_value());
  }
}

}  // namespace
}  // namespace fastest::events
