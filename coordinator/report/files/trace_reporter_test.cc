#include "coordinator/report/files/trace_reporter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::report {
namespace {

using nlohmann::json;

class TraceReporterTest : public testing::Test {
 protected:
  TraceReporterTest() {
    results::RunStart run;
    run.started_at = 100;
    reporter_.RunStarted(run);
  }
  // The events of a kind, when the run has ended.
  std::vector<json> Finish() {
    EXPECT_TRUE(reporter_.Finished({}));
    EXPECT_EQ(err_.str(), "");
    return json::parse(written_)["traceEvents"].get<std::vector<json>>();
  }
  static std::vector<json> Of(const std::vector<json>& events, const std::string& kind,
                              const std::string& category = "") {
    std::vector<json> found;
    for (const json& event : events) {
      if (event["ph"] == kind && (category.empty() || event.value("cat", "") == category)) found.push_back(event);
    }
    return found;
  }
  static v1::TestResult Test(const std::string& name, double start, uint64_t lease) {
    v1::TestResult result = PassedResult(name);
    double at = start;
    for (v1::Phase& phase : *result.mutable_phases()) {
      phase.set_start(at);
      at += phase.duration_s();
    }
    result.set_lease_id(lease);
    return result;
  }

  std::string written_;
  std::ostringstream err_;
  TraceReporter reporter_{std::make_unique<StringSink>(&written_), err_};
};

TEST_F(TraceReporterTest, NobodyCanSeeThePhasesOfTheShortest) {
  for (const v1::Outcome outcome : {v1::PASSED, v1::FAILED}) {
    v1::TestResult result = Test("a.py::x", 101, 1);
    result.set_outcome(outcome);
    for (v1::Phase& phase : *result.mutable_phases()) {
      phase.set_start(101 + (phase.start() - 101) / 100);
      phase.set_duration_s(phase.duration_s() / 100);
    }
    reporter_.Result(result, {"vm", "gw0", 1});
  }
  const std::vector<json> events = Finish();
  EXPECT_EQ(Of(events, "X", "test").size(), 2u);
  EXPECT_EQ(Of(events, "X", "phase").size(), 3u);
}

TEST_F(TraceReporterTest, SpansEndAtTheirRoundedEnds) {
  reporter_.BatchLeased({1, "a.py", 0, 0, 100}, {"vm", "gw0", 1});
  // Times of no whole thousandths of a microsecond.
  std::vector<long long> ends;
  for (int i = 0; i < 100; ++i) {
    v1::TestResult result = Test("a.py::x" + std::to_string(i), 101 + i / 7.0, 1);
    for (v1::Phase& phase : *result.mutable_phases()) phase.set_duration_s(phase.duration_s() * (1 + i / 7e8));
    const v1::Phase& last = result.phases(2);
    ends.push_back(std::llround((last.start() + last.duration_s() - 100) * 1e6 * 1000));
    reporter_.Result(result, {"vm", "gw0", 1});
  }
  const std::vector<json> events = Finish();
  const auto end = [&](const json& event) {
    return std::llround((event["ts"].get<double>() + event["dur"].get<double>()) * 1000);
  };
  const std::vector<json> tests = Of(events, "X", "test");
  const std::vector<json> phases = Of(events, "X", "phase");
  ASSERT_EQ(tests.size(), ends.size());
  ASSERT_EQ(phases.size(), 3 * ends.size());
  for (size_t i = 0; i < ends.size(); ++i) {
    EXPECT_EQ(end(tests[i]), ends[i]);
    EXPECT_EQ(end(phases[3 * i + 2]), ends[i]);
  }
  EXPECT_EQ(end(Of(events, "X", "batch").at(0)), ends.back());
}

TEST_F(TraceReporterTest, BatchesHoldTestsThatHoldPhases) {
  reporter_.BatchLeased({1, "a.py", 0, 0, 100}, {"vm", "gw0", 1});
  reporter_.Result(Test("a.py::TestA::x", 101, 1), {"vm", "gw0", 1});
  reporter_.Result(Test("a.py::TestA::y", 102, 1), {"vm", "gw0", 1});
  const std::vector<json> events = Finish();
  const std::vector<json> tests = Of(events, "X", "test");
  ASSERT_EQ(tests.size(), 2u);
  EXPECT_EQ(tests[0]["name"], "TestA::x");
  EXPECT_DOUBLE_EQ(tests[0]["ts"], 1e6);
  EXPECT_DOUBLE_EQ(tests[0]["dur"], 6000);
  const std::vector<json> phases = Of(events, "X", "phase");
  ASSERT_EQ(phases.size(), 6u);
  EXPECT_EQ(phases[1]["name"], "call");
  EXPECT_DOUBLE_EQ(phases[1]["ts"], 1001000);
  EXPECT_DOUBLE_EQ(phases[1]["dur"], 2000);
  const std::vector<json> batches = Of(events, "X", "batch");
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_DOUBLE_EQ(batches[0]["ts"], 1e6);
  EXPECT_DOUBLE_EQ(batches[0]["dur"], 1006000);
  EXPECT_EQ(batches[0]["args"]["tests"], 2);
  EXPECT_EQ(batches[0]["tid"], tests[0]["tid"]);
}

TEST_F(TraceReporterTest, AProcessForEachAgentATrackForEachSlot) {
  reporter_.WorkerStarted({"a", "gw0", 1, 0}, {});
  reporter_.WorkerStarted({"a", "gw1", 1, 1}, {});
  reporter_.WorkerStarted({"b", "gw2", 1, 0}, {});
  reporter_.WorkerLost({"a", "gw0", 1}, "signal SIGKILL");
  reporter_.WorkerStarted({"a", "gw3", 1, 0}, {});
  reporter_.Result(Test("a.py::x", 101, 0), {"a", "gw0", 1});
  reporter_.Result(Test("a.py::y", 102, 0), {"a", "gw3", 1});
  reporter_.Result(Test("a.py::z", 103, 0), {"b", "gw2", 1});
  const std::vector<json> events = Finish();
  EXPECT_EQ(Of(events, "M").size(), 5u);
  const std::vector<json> tests = Of(events, "X", "test");
  EXPECT_EQ(tests[0]["tid"], tests[1]["tid"]);
  EXPECT_EQ(tests[0]["pid"], tests[1]["pid"]);
  EXPECT_NE(tests[0]["pid"], tests[2]["pid"]);
}

TEST_F(TraceReporterTest, ArrowsForRetriesAndForWhatIsTakenOver) {
  reporter_.BatchLeased({1, "a.py", 0, 0, 100}, {"vm", "gw0", 1});
  reporter_.Attempt(Test("a.py::x", 101, 1), {"vm", "gw0", 1});
  reporter_.BatchLeased({2, "a.py", 0, 1, 102}, {"vm", "gw1", 1});
  reporter_.Result(Test("a.py::x", 103, 2), {"vm", "gw1", 2});
  const std::vector<json> events = Finish();
  for (const char* category : {"retry", "taken over"}) {
    const std::vector<json> from = Of(events, "s", category);
    const std::vector<json> to = Of(events, "f", category);
    ASSERT_EQ(from.size(), 1u) << category;
    ASSERT_EQ(to.size(), 1u) << category;
    EXPECT_EQ(from[0]["id"], to[0]["id"]);
    EXPECT_NE(from[0]["tid"], to[0]["tid"]);
    EXPECT_LE(from[0]["ts"], to[0]["ts"]);
  }
  EXPECT_DOUBLE_EQ(Of(events, "s", "retry")[0]["ts"], 1006000);
}

TEST_F(TraceReporterTest, CountersFollowTheTests) {
  reporter_.Expected(3, true);
  reporter_.Result(Test("a.py::x", 101, 0), {"vm", "gw0", 1});
  reporter_.Result(Test("a.py::y", 101.003, 0), {"vm", "gw1", 1});
  const std::vector<json> counters = Of(Finish(), "C");
  ASSERT_EQ(counters.size(), 4u);
  EXPECT_EQ(counters[0]["args"], json::parse(R"({"running":1,"to come":2})"));
  EXPECT_EQ(counters[1]["args"], json::parse(R"({"running":2,"to come":1})"));
  EXPECT_EQ(counters[3]["args"], json::parse(R"({"running":0,"to come":1})"));
}

TEST_F(TraceReporterTest, ATestThatTookItsWorkerAlongIsThereToo) {
  v1::TestResult dead = DeadResult("a.py::dead", "signal SIGSEGV");
  dead.mutable_stages()->set_started(101);
  reporter_.Result(dead, {"vm", "gw0", 1});
  const std::vector<json> tests = Of(Finish(), "X", "test");
  ASSERT_EQ(tests.size(), 1u);
  EXPECT_DOUBLE_EQ(tests[0]["ts"], 1e6);
  EXPECT_EQ(tests[0]["args"]["outcome"], "failed");
}

}  // namespace
}  // namespace fastest::report
