// The report files of a run: which option asks for a report, and what writes it.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPORTS_REPORT_TABLE_H_
#define FASTEST_COORDINATOR_COMMANDS_REPORTS_REPORT_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/reporter.h"
#include "coordinator/request/report_request.h"

namespace fastest::commands {

// What some reports need beside their file.
struct ReportInputs {
  const request::ReportRequest& request;
  // What --compare-with names. The page takes it.
  report::EarlierReport& earlier;
};

// A row for each option that the flag table calls kReportFile: report_table_test compares the two.
struct ReportRow {
  // The option's main name.
  const char* option;
  // Called before anything runs. An error is one line that names the file.
  absl::StatusOr<std::unique_ptr<report::ByteSink>> (*open)(const std::string& path);
  std::unique_ptr<report::Reporter> (*make)(std::unique_ptr<report::ByteSink> sink, ReportInputs inputs);
};

// In the order in which reports hear of the run.
const std::vector<ReportRow>& ReportTable();

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPORTS_REPORT_TABLE_H_
