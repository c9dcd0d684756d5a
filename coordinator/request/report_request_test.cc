#include "coordinator/request/report_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class ReportRequestTest : public RequestFixture {
 protected:
  absl::StatusOr<ReportRequest> Read(const std::vector<std::string>& args) const {
    return ReadReportRequest(Typed(args), invocation_);
  }
  std::string Error(const std::vector<std::string>& args) const { return ErrorOf(Read(args)); }
};

TEST_F(ReportRequestTest, FilesByTheirOptions) {
  EXPECT_THAT(Must(Read({})).files, IsEmpty());
  const ReportRequest report = Must(Read({"--report-ctrf=c", "--junit-xml", "/x.xml", "--trace-json=~/t", "--html=h"}));
  EXPECT_THAT(report.files, UnorderedElementsAre(Pair("--report-ctrf", "/home/u/project/c"),
                                                 Pair("--junitxml", "/x.xml"), Pair("--trace-json", "/home/u/t")));
  EXPECT_EQ(report.File("--junitxml"), "/x.xml");
  EXPECT_EQ(report.File("--report-html"), "");
  EXPECT_THAT(Must(Read({"--junitxml", ""})).files, IsEmpty());
}

TEST_F(ReportRequestTest, WhatMustNameAFile) {
  for (const char* option : {"--report-html", "--report-markdown", "--report-ctrf", "--trace-json"}) {
    for (const std::string wrong : {"", "-"}) {
      EXPECT_EQ(Error({option, wrong}), option + (" " + wrong) + ": the name of a file is needed");
    }
  }
  EXPECT_EQ(Error({"--compare-with", "", "--report-html=h"}), "--compare-with : the name of a file is needed");
}

TEST_F(ReportRequestTest, AComparisonNeedsAPage) {
  EXPECT_EQ(Error({"--compare-with=old"}), "--compare-with is for --report-html FILE: give both");
  EXPECT_EQ(Must(Read({"--compare-with=old", "--report-html=new"})).compare_with, "/home/u/project/old");
  EXPECT_EQ(Must(Read({"--compare-with=old", "--serve-ui=localhost:0"})).compare_with, "/home/u/project/old");
}

TEST_F(ReportRequestTest, APortFileNeedsItsServer) {
  EXPECT_EQ(Error({"--metrics-port-file=p"}), "--metrics-port-file is for --metrics: give both");
  EXPECT_EQ(Error({"--serve-ui-port-file=p"}), "--serve-ui-port-file is for --serve-ui: give both");
}

TEST_F(ReportRequestTest, JsonOnStandardOutputMovesTheText) {
  EXPECT_TRUE(Must(Read({"--report-json", "-"})).text_to_stderr);
  const ReportRequest report = Must(Read({"--report-json=out/r.jsonl"}));
  EXPECT_FALSE(report.text_to_stderr);
  EXPECT_EQ(report.File("--report-json"), "/home/u/project/out/r.jsonl");
}

TEST_F(ReportRequestTest, HowProgressIsShown) {
  EXPECT_FALSE(Must(Read({})).live);
  EXPECT_TRUE(Must(Read({})).heartbeat);
  EXPECT_FALSE(Must(Read({"--progress=none"})).heartbeat);
  invocation_.stdout_is_terminal = true;
  EXPECT_TRUE(Must(Read({})).live);
  EXPECT_FALSE(Must(Read({})).heartbeat);
  EXPECT_FALSE(Must(Read({"--report-json=-"})).live);
  EXPECT_FALSE(Must(Read({"--progress", "plain"})).live);
  EXPECT_TRUE(Must(Read({"--progress", "plain"})).heartbeat);
  EXPECT_FALSE(Must(Read({"--progress", "none"})).live);
  environment_["TERM"] = "dumb";
  EXPECT_FALSE(Must(Read({})).live);
}

TEST_F(ReportRequestTest, CiThatReadsWhatIsPrinted) {
  EXPECT_FALSE(Must(Read({})).annotate);
  environment_["GITHUB_ACTIONS"] = "true";
  environment_["GITHUB_WORKSPACE"] = "/w";
  EXPECT_TRUE(Must(Read({})).annotate);
  EXPECT_EQ(Must(Read({})).workspace, "/w");
  EXPECT_EQ(Must(Read({})).fold, report::FoldStyle::kGitHub);
  environment_["GITLAB_CI"] = "true";
  EXPECT_EQ(Must(Read({})).fold, report::FoldStyle::kGitLab);
}

}  // namespace
}  // namespace fastest::request
