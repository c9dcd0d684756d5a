#include "coordinator/report/files/ctrf_reporter.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "coordinator/report/testing/golden_lines.h"
#include "coordinator/report/testing/result_kinds.h"
#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::report {
namespace {

using nlohmann::json;

TEST(CtrfReporterTest, TestsAndTheirCounts) {
  std::string written;
  std::ostringstream err;
  CtrfReporter reporter(std::make_unique<StringSink>(&written), err);
  results::RunStart run;
  run.version = "0.1.0";
  run.started_at = 100;
  reporter.RunStarted(run);
  reporter.Attempt(FailedResult("a.py::TestA::test_x[b::c]", "first"), {"vm", "gw0", 1});
  reporter.Result(PassedResult("a.py::TestA::test_x[b::c]"), {"vm", "gw1", 2});
  reporter.Result(FailedResult("a.py::test_y", "no"), {"vm", "gw0", 1});
  reporter.Result(SkippedResult("a.py::test_z", "Skipped: why"), {"vm", "gw0", 1});
  v1::TestResult xfailed = SkippedResult("b.py::test_x", "known");
  xfailed.set_outcome(v1::XFAILED);
  xfailed.mutable_phases(1)->set_xfail(true);
  reporter.Result(xfailed, {"vm", "gw0", 1});
  reporter.Result(DeadResult("b.py::dead", "signal SIGSEGV"), {"vm", "gw0", 1});
  results::RunSummary summary;
  summary.finished_at = 102.5;
  summary.books.not_run.resize(2);
  summary.books.not_run[0].ref.set_node_id("c.py::lost");
  summary.books.not_run[1].tests = 2;
  EXPECT_TRUE(reporter.Finished(summary));
  const json report = json::parse(written);
  EXPECT_EQ(report["reportFormat"], "CTRF");
  const json& counts = report["results"]["summary"];
  EXPECT_EQ(counts, json::parse(R"({"tests":5,"passed":1,"failed":2,"skipped":1,"pending":3,"other":1,"flaky":1,
                                    "start":100000,"stop":102500})"));
  const json& tests = report["results"]["tests"];
  EXPECT_EQ(tests[0]["suite"], json::parse(R"(["a.py","TestA"])"));
  EXPECT_EQ(tests[0]["flaky"], true);
  EXPECT_EQ(tests[0]["retries"], 1);
  EXPECT_EQ(tests[0]["retryAttempts"][0]["status"], "failed");
  EXPECT_EQ(tests[0]["retryAttempts"][0]["message"], "first");
  EXPECT_EQ(tests[0]["duration"], 6);
  EXPECT_EQ(tests[1]["trace"], "E   no");
  EXPECT_EQ(tests[2]["message"], "why");
  EXPECT_EQ(tests[3]["rawStatus"], "xfailed");
  EXPECT_EQ(tests[4]["status"], "failed");
  EXPECT_EQ(tests[4]["message"], "signal SIGSEGV");
  EXPECT_EQ(err.str(), "");
}

TEST(CtrfReporterTest, FilesThatWereNotCollectedAreEntries) {
  std::string written;
  std::ostringstream err;
  CtrfReporter reporter(std::make_unique<StringSink>(&written), err);
  reporter.RunStarted({});
  v1::CollectReport report;
  report.set_node_id("a.py");
  report.set_outcome("failed");
  report.set_longrepr("a.py:1: in <module>\nE   ImportError: no");
  reporter.Collect(report);
  report.set_node_id("b.py");
  report.set_outcome("skipped");
  report.set_skip_reason("Skipped: none of it");
  reporter.Collect(report);
  EXPECT_TRUE(reporter.Finished({}));
  const json results = json::parse(written)["results"];
  EXPECT_EQ(results["summary"]["tests"], 2);
  EXPECT_EQ(results["summary"]["failed"], 1);
  EXPECT_EQ(results["summary"]["skipped"], 1);
  EXPECT_EQ(results["tests"][0]["status"], "failed");
  EXPECT_EQ(results["tests"][0]["rawStatus"], "collect_error");
  EXPECT_EQ(results["tests"][0]["message"], "collection failure");
  EXPECT_EQ(results["tests"][0]["trace"], "a.py:1: in <module>\nE   ImportError: no");
  EXPECT_EQ(results["tests"][1]["message"], "none of it");
}

TEST(CtrfReporterTest, ARunWithoutTestsIsAReportToo) {
  std::string written;
  std::ostringstream err;
  CtrfReporter reporter(std::make_unique<StringSink>(&written), err);
  reporter.RunStarted({});
  EXPECT_TRUE(reporter.Finished({}));
  EXPECT_EQ(json::parse(written)["results"]["tests"], json::array());
}

TEST(CtrfReporterTest, APassInManyWordsGivesTheSameEntry) {
  for (const char* node_id : {"a.py::x", "sub/a.py::TestA::TestB::x[1::2]", "a.py::x[\"\xC3\xBC\n]", "a.py"}) {
    for (const int line : {-1, 6}) {
      v1::TestResult plain = PassedResult(node_id);
      v1::TestResult words = PassedInManyWords(node_id);
      for (v1::TestResult* result : {&plain, &words}) {
        result->set_location_line(line);
        if (line > 0) result->set_location_path("base.py");
      }
      std::string written;
      std::ostringstream err;
      CtrfReporter reporter(std::make_unique<StringSink>(&written), err);
      reporter.RunStarted({});
      reporter.Result(plain, {"v\"m", "gw0", 1});
      reporter.Result(words, {"v\"m", "gw0", 1});
      EXPECT_TRUE(reporter.Finished({}));
      const json results = json::parse(written)["results"];
      EXPECT_EQ(results["tests"][0], results["tests"][1]);
      EXPECT_EQ(results["summary"]["passed"], 2);
    }
  }
}

// The entries of all kinds of results, byte by byte: programs of users read them.
TEST(CtrfReporterTest, EntriesStayWhatTheyAre) {
  std::string written;
  std::ostringstream err;
  CtrfReporter reporter(std::make_unique<StringSink>(&written), err);
  reporter.RunStarted({});
  for (const ReportedResult& reported : EveryKindOfResult()) {
    // The milliseconds of such a number are undefined.
    if (reported.result.ref().node_id() == "a.py::test_nan") continue;
    reported.is_last ? reporter.Result(reported.result, reported.origin)
                     : reporter.Attempt(reported.result, reported.origin);
  }
  EXPECT_TRUE(reporter.Finished({}));
  ExpectGoldenLines(written, "coordinator/report/files/testdata/results.ctrf.json", 50);
  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace fastest::report
