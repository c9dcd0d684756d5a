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

}  // namespace
}  // namespace fastest::report
