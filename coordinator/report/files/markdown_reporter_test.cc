#include "coordinator/report/files/markdown_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/report/testing/sample_results.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MarkdownReporterTest : public testing::Test {
 protected:
  std::string Finish(const results::RunSummary& summary) {
    EXPECT_TRUE(reporter_.Finished(summary));
    return written_;
  }
  std::string written_;
  absl::Status error_;
  std::ostringstream err_;
  MarkdownReporter reporter_{std::make_unique<StringSink>(&written_, nullptr, &error_), err_};
};

const results::Origin kOrigin = {"vm", "gw0", 1};

TEST_F(MarkdownReporterTest, CountsFailuresAndFlakyTests) {
  reporter_.Result(FailedResult("b.py::test_b<x>", "assert `a` < 2\nmore"), kOrigin);
  reporter_.Result(FailedResult("a.py::test_a", "no"), kOrigin);
  reporter_.Attempt(FailedResult("a.py::test_f", "first time"), kOrigin);
  reporter_.Result(PassedResult("a.py::test_f"), {"vm", "gw0", 2});
  results::RunSummary summary;
  summary.counts = {{"passed", 1}, {"failed", 2}, {"flaky", 1}};
  summary.duration_s = 3.25;
  summary.module_order = {"a.py", "b.py"};
  const std::string text = Finish(summary);
  EXPECT_THAT(text, HasSubstr("## Tests: 2 failed, 1 passed, 1 flaky in 3.25s\n"));
  EXPECT_THAT(text, HasSubstr("<summary><code>b.py::test_b&lt;x&gt;</code> — assert `a` &lt; 2</summary>"));
  EXPECT_THAT(text, HasSubstr("```text\nE   no\n```\n"));
  EXPECT_THAT(text, HasSubstr("): `fastest-coordinator --replay EVENTS --until 'b.py::test_b<x>'`\n\n</details>"));
  EXPECT_LT(text.find("a.py::test_a"), text.find("b.py::test_b"));
  EXPECT_THAT(text, HasSubstr("- `a.py::test_f`: passed at attempt 2; before: `first time`\n"));
}

TEST_F(MarkdownReporterTest, TextOfTestsCannotEndItsBlock) {
  v1::TestResult result = FailedResult("a.py::test", "no");
  result.mutable_phases(1)->set_longrepr("```\n</details>\n````");
  reporter_.Result(result, kOrigin);
  EXPECT_THAT(Finish({}), HasSubstr("`````text\n```\n</details>\n````\n`````\n"));
}

TEST_F(MarkdownReporterTest, ManyAndLongTextsAreCut) {
  v1::TestResult result = FailedResult("a.py::test", "no");
  result.mutable_phases(1)->set_longrepr(std::string(10000, 'x') + "\nthe end");
  for (int i = 0; i < 60; ++i) reporter_.Result(result, kOrigin);
  const std::string text = Finish({});
  EXPECT_THAT(text, HasSubstr("\n… and 10 more\n"));
  EXPECT_THAT(text, HasSubstr("bytes left out)\nthe end"));
  EXPECT_LT(text.size(), 500000u);
}

TEST_F(MarkdownReporterTest, WhatWasNotRunIsNamed) {
  results::RunSummary summary;
  results::NotRun lost;
  lost.module = "b.py";
  lost.reason = "its agent was lost";
  summary.books.not_run = {lost};
  summary.books.disagreements = {"shard 2 of 3 is missing"};
  summary.stop_reason = "stopped";
  const std::string text = Finish(summary);
  EXPECT_THAT(text, HasSubstr("## Tests: no tests ran in 0.00s\n"));
  EXPECT_THAT(text, HasSubstr("Stopped: `stopped`"));
  EXPECT_THAT(
      text,
      HasSubstr("### Not run: the tests of 1 file\n\n- `b.py`: `its agent was lost`\n- `shard 2 of 3 is missing`\n"));
  EXPECT_THAT(text, Not(HasSubstr("Failures")));
}

TEST_F(MarkdownReporterTest, AnErrorIsTold) {
  error_ = absl::ResourceExhaustedError("cannot write s.md: No space left on device");
  EXPECT_FALSE(reporter_.Finished({}));
  EXPECT_EQ(err_.str(), "fastest: no Markdown report: cannot write s.md: No space left on device\n");
}

}  // namespace
}  // namespace fastest::report
