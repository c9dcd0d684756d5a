#include "coordinator/report/live/metrics_reporter.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <string>

namespace fastest::report {
namespace {

v1::TestResult Result(const std::string& node_id, v1::Outcome outcome) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_outcome(outcome);
  for (const char* when : {"setup", "call", "teardown"}) {
    v1::Phase* const phase = result.add_phases();
    phase->set_when(when);
    phase->set_duration_s(0.5);
  }
  result.mutable_stages()->set_leased(10);
  result.mutable_stages()->set_received(10.002);
  result.mutable_stages()->set_teardown(20);
  result.mutable_stages()->set_reported(20.52);
  return result;
}

std::string Text(const MetricsReporter& reporter) {
  return prometheus::TextSerializer().Serialize(reporter.registry().Collect());
}

// Whether the text has this line.
::testing::AssertionResult Says(const MetricsReporter& reporter, const std::string& line) {
  const std::string text = Text(reporter);
  if (("\n" + text).find("\n" + line + "\n") != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << line << " is not in\n" << text;
}

TEST(MetricsReporterTest, ARunInNumbers) {
  MetricsReporter reporter(nullptr);
  EXPECT_TRUE(Says(reporter, "fastest_run_results_total{outcome=\"failed\"} 0"));
  results::RunStart run;
  run.run_id = "r";
  run.version = "1";
  run.slots = 3;
  reporter.RunStarted(run);
  reporter.AgentJoined({"a", "h", 2, {}});
  reporter.AgentJoined({"b", "h", 1, {}});
  reporter.AgentRefused("c", "too old");
  EXPECT_TRUE(Says(reporter, "fastest_run_slots 3"));
  reporter.Expected(5, true);
  const results::Origin one = {"a", "gw0", 1, 0};
  const results::Origin two = {"b", "gw0", 1, 0};
  for (const results::Origin& origin : {one, two}) {
    reporter.WorkerStarted(origin, {});
    reporter.BatchLeased({}, origin);
    reporter.TestStarted({}, origin, 0);
  }
  EXPECT_TRUE(Says(reporter, "fastest_run_tests_running 2"));
  EXPECT_TRUE(Says(reporter, "fastest_run_tests_waiting 3"));
  reporter.Result(Result("x", v1::PASSED), one);
  reporter.Attempt(Result("y", v1::FAILED), two);
  results::Origin again = two;
  again.attempt = 2;
  reporter.TestStarted({}, again, 0);
  EXPECT_TRUE(Says(reporter, "fastest_run_tests_running 1"));
  reporter.Result(Result("y", v1::PASSED), again);
  reporter.TestStarted({}, one, 0);
  reporter.WorkerLost(one, "signal SIGKILL");
  reporter.AgentLost("a", "gone");
  reporter.Result(Result("z", v1::ERROR), two);

  for (const char* line : {
           "fastest_run_results_total{outcome=\"passed\"} 2",
           "fastest_run_results_total{outcome=\"error\"} 1",
           "fastest_run_retries_total 1",
           "fastest_run_flaky_total 1",
           "fastest_run_tests_expected 5",
           "fastest_run_tests_running 0",
           "fastest_run_tests_waiting 2",
           "fastest_run_agents 1",
           "fastest_run_agents_lost_total 1",
           "fastest_run_agents_refused_total 1",
           "fastest_run_slots 1",
           "fastest_run_workers_started_total 2",
           "fastest_run_workers_lost_total 1",
           "fastest_run_batches_leased_total 2",
           "fastest_run_test_duration_seconds_count 3",
           "fastest_run_test_duration_seconds_sum 4.5",
           "fastest_run_test_duration_seconds_bucket{le=\"1\"} 0",
           "fastest_run_test_duration_seconds_bucket{le=\"3\"} 3",
           "fastest_run_lease_delivery_seconds_bucket{le=\"0.001\"} 0",
           "fastest_run_lease_delivery_seconds_bucket{le=\"0.003\"} 3",
           "fastest_run_result_delivery_seconds_bucket{le=\"0.01\"} 0",
           "fastest_run_result_delivery_seconds_bucket{le=\"0.03\"} 3",
       }) {
    EXPECT_TRUE(Says(reporter, line));
  }
}

}  // namespace
}  // namespace fastest::report
