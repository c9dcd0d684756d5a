#include "coordinator/commands/reports/report_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/commands/reports/reporters.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::commands {
namespace {

using ::testing::UnorderedElementsAreArray;

// What makes an option a report file is said in the flag table, and what writes the file in this one.
TEST(ReportTableTest, HasARowForEachReportFileOfTheFlagTable) {
  std::vector<std::string> flags;
  for (const options::Flag& flag : options::FlagTable()) {
    if (flag.Is(options::kReportFile)) flags.push_back(options::MainName(flag));
  }
  std::vector<std::string> rows;
  for (const ReportRow& row : ReportTable()) rows.emplace_back(row.option);
  EXPECT_THAT(rows, UnorderedElementsAreArray(flags));
}

TEST(ReportTableTest, EachRowMakesAReporter) {
  const request::ReportRequest request;
  report::EarlierReport earlier;
  for (const ReportRow& row : ReportTable()) {
    std::string text;
    EXPECT_NE(row.make(std::make_unique<report::StringSink>(&text), {request, earlier}), nullptr) << row.option;
  }
}

TEST(OpenReportsTest, OpensWhatIsAskedForAlone) {
  request::ReportRequest request;
  request.files["--report-ctrf"] = testing::TempDir() + "/report.json";
  absl::StatusOr<OpenedReports> reports = OpenReports(request);
  ASSERT_TRUE(reports.ok()) << reports.status();
  ASSERT_EQ(reports->files.size(), 1u);
  EXPECT_EQ(reports->files.front().row->option, std::string("--report-ctrf"));
  request.files["--report-json"] = "/dev/null/no-such-folder/events.jsonl";
  EXPECT_FALSE(OpenReports(request).ok());
}

}  // namespace
}  // namespace fastest::commands
