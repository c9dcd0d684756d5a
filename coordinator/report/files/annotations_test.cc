#include "coordinator/report/files/annotations.h"

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "coordinator/report/testing/sample_results.h"

namespace fastest::report {
namespace {

TEST(AnnotationsTest, FailuresStandBesideTheirCode) {
  std::ostringstream out;
  Annotations annotations(out, "/work/project");
  results::RunStart run;
  run.rootdir = "/work/project/sub";
  annotations.RunStarted(run);
  v1::TestResult result = FailedResult("a,b.py::test_x[1:2]", "assert 1 == 2\n100 %");
  result.set_location_path("a,b.py");
  result.set_location_line(6);
  annotations.Result(result, {"vm", "gw0", 1});
  annotations.Result(PassedResult("c.py::test_flaky"), {"vm", "gw0", 2});
  annotations.Result(PassedResult("c.py::test_fine"), {"vm", "gw0", 1});
  EXPECT_EQ(out.str(), "");
  EXPECT_TRUE(annotations.Finished({}));
  EXPECT_EQ(out.str(),
            "::error file=sub/a%2Cb.py,line=7,title=a%2Cb.py%3A%3Atest_x[1%3A2]::assert 1 == 2%0A100 %25\n"
            "::warning file=sub/c.py,title=c.py%3A%3Atest_flaky is flaky::It passed at attempt 2.\n");
}

TEST(AnnotationsTest, NoMoreThanAreShown) {
  std::ostringstream out;
  Annotations annotations(out, "");
  for (int i = 0; i < 30; ++i) annotations.Result(FailedResult(absl::StrCat("a.py::t", i), "no"), {"vm", "gw0", 1});
  annotations.Finished({});
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
}

TEST(AnnotationsTest, CollectionErrorsToo) {
  std::ostringstream out;
  Annotations annotations(out, "");
  v1::CollectReport report;
  report.set_node_id("a.py");
  report.set_outcome("skipped");
  annotations.Collect(report);
  report.set_outcome("failed");
  report.set_longrepr("ImportError");
  annotations.Collect(report);
  annotations.Finished({});
  EXPECT_EQ(out.str(), "::error file=a.py,line=1,title=collecting a.py::ImportError\n");
}

// What the line of a failure is, by pytest's text.
TEST(AnnotationsTest, StandAtTheLastLineOfTheTestsFile) {
  const struct {
    const char* longrepr;
    int line;
  } kTexts[] = {
      {"    def test_x():\n>       assert 0\nE       assert 0\n\ntests/a.py:12: AssertionError", 12},
      {"\x1b[1m\x1b[31mtests/a.py\x1b[0m:12: AssertionError", 12},
      {"tests/a.py:5: \n_ _ _\n\nlib/b.py:99: ValueError", 5},
      {"tests/a.py:5: in test_x\n    f()\ntests/a.py:3: in f\n    1 / 0\nE   ZeroDivisionError", 3},
      {"  File \"/home/me/tests/a.py\", line 8, in test_x\n    f()\n  File \"/home/me/b.py\", line 2, in f", 8},
      {"/home/me/tests/a.py:4: AssertionError", 4},
      {"other_a.py:12: AssertionError", 7},
      {"it says tests/a.py:12: by the way", 7},
      {"", 7},
  };
  for (const auto& [longrepr, line] : kTexts) {
    std::ostringstream out;
    Annotations annotations(out, "");
    v1::TestResult result = FailedResult("tests/a.py::test_x", "no");
    result.set_location_path("tests/a.py");
    result.set_location_line(6);
    result.mutable_phases(1)->set_longrepr(longrepr);
    annotations.Result(result, {"vm", "gw0", 1});
    annotations.Finished({});
    EXPECT_EQ(out.str(), absl::StrCat("::error file=tests/a.py,line=", line, ",title=tests/a.py%3A%3Atest_x::no\n"))
        << longrepr;
  }
}

}  // namespace
}  // namespace fastest::report
