// The reporters that a request asks for.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPORTS_REPORTERS_H_
#define FASTEST_COORDINATOR_COMMANDS_REPORTS_REPORTERS_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/net/metrics_server.h"
#include "coordinator/commands/reports/report_table.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/live/live_page.h"
#include "coordinator/report/reporter.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Files and servers of reports, opened before anything runs: the user learns at once that a report cannot be written.
struct OpenedReports {
  struct File {
    const ReportRow* row;
    std::unique_ptr<report::ByteSink> sink;
  };
  // In the table's order.
  std::vector<File> files;
  // What --compare-with names.
  report::EarlierReport earlier;
  // ShowOpening has said something.
  bool opening_shown = false;
  // Null without --metrics.
  std::unique_ptr<MetricsServer> metrics;
  // Null without --serve-ui.
  std::unique_ptr<report::LivePage> live_page;
};

// Says on standard error where the page of --serve-ui is. Errors: one line that names the file or the option.
absl::StatusOr<OpenedReports> OpenReports(const request::ReportRequest& request);

// Shows a person at once that the run has begun. False if nothing was to be said.
bool ShowOpening(const request::Request& request);

// Called when the first worker is ready.
std::vector<std::unique_ptr<report::Reporter>> MakeReporters(const request::Request& request, OpenedReports reports);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPORTS_REPORTERS_H_
