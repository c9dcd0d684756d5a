// Every report of times that no clock shows. An agent cannot send such times (proto/border.h). A file of events can.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "coordinator/events/json_reporter.h"
#include "coordinator/report/files/ctrf_reporter.h"
#include "coordinator/report/files/junit_reporter.h"
#include "coordinator/report/files/markdown_reporter.h"
#include "coordinator/report/files/trace_reporter.h"
#include "coordinator/report/html/html_reporter.h"
#include "coordinator/report/terminal/terminal_reporter.h"
#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::events {
namespace {

using report::StringSink;

v1::TestResult WithTimes(v1::TestResult result, double start, double seconds) {
  for (v1::Phase& phase : *result.mutable_phases()) {
    phase.set_start(start);
    phase.set_duration_s(seconds);
  }
  result.mutable_stages()->set_started(start);
  result.mutable_stages()->set_reported(start);
  return result;
}

// A test that passed, one that failed, and one that is tried again, with these times.
void Tell(double start, double seconds, report::Reporter& reporter) {
  results::RunStart run;
  run.run_id = "r1";
  run.slots = 2;
  run.started_at = 1.8e9;
  reporter.RunStarted(run);
  const results::Origin origin = {"a0", "gw0", 1, 0};
  reporter.WorkerStarted(origin, {});
  reporter.BatchLeased({1, "a.py", 0, 0, 1.8e9}, origin);
  for (const auto& test : {report::PassedResult("a.py::test_a"), report::FailedResult("a.py::test_b", "no")}) {
    v1::TestResult result = WithTimes(test, start, seconds);
    result.set_lease_id(1);
    reporter.Attempt(result, origin);
    reporter.Result(result, origin);
  }
  results::RunSummary summary;
  summary.finished_at = summary.duration_s = seconds;
  EXPECT_TRUE(reporter.Finished(summary)) << start << " " << seconds;
}

// What the report wrote. `make` gets the sink and a stream for errors, of which there must be none.
template <typename Make>
std::string Written(double start, double seconds, Make make) {
  std::string written;
  std::ostringstream err;
  Tell(start, seconds, *make(std::make_unique<StringSink>(&written), err));
  EXPECT_EQ(err.str(), "") << start << " " << seconds;
  EXPECT_NE(written, "") << start << " " << seconds;
  return written;
}

template <typename Reporter>
std::string Written(double start, double seconds) {
  return Written(start, seconds, [](std::unique_ptr<StringSink> sink, std::ostream& err) {
    return std::make_unique<Reporter>(std::move(sink), err);
  });
}

TEST(ExtremesTest, EveryReportIsWrittenWhateverTheTimes) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double extremes[] = {0, 1e13, -1e13, 4e9, -4e9, 1e19, 1e300, -1e300, kInfinity, -kInfinity, std::nan("")};
  for (const double start : extremes) {
    for (const double seconds : extremes) {
      EXPECT_TRUE(nlohmann::json::accept(Written<report::TraceReporter>(start, seconds))) << start << " " << seconds;
      EXPECT_TRUE(nlohmann::json::accept(Written<report::CtrfReporter>(start, seconds))) << start << " " << seconds;
      std::istringstream lines(Written<JsonReporter>(start, seconds));
      for (std::string line; std::getline(lines, line);) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
      Written<report::MarkdownReporter>(start, seconds);
      Written(start, seconds, [](std::unique_ptr<StringSink> sink, std::ostream& err) {
        return std::make_unique<report::JunitReporter>(std::move(sink), report::JunitOptions(), err);
      });
      Written(start, seconds, [](std::unique_ptr<StringSink> sink, std::ostream& err) {
        return std::make_unique<report::HtmlReporter>(std::move(sink), report::EarlierReport(), err);
      });
      std::ostringstream out;
      std::ostringstream err;
      report::TerminalOptions options;
      options.durations = 0;
      report::TerminalReporter terminal(out, err, options);
      Tell(start, seconds, terminal);
      EXPECT_NE(out.str(), "");
    }
  }
}

}  // namespace
}  // namespace fastest::events
