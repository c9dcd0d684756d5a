// The reporters that a request asks for.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPORTERS_H_
#define FASTEST_COORDINATOR_COMMANDS_REPORTERS_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/net/metrics_server.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/earlier_report.h"
#include "coordinator/report/live/live_page.h"
#include "coordinator/report/reporter.h"
#include "coordinator/request/request.h"

namespace fastest::commands {

// Opened before anything runs, so that a report that can't be written is known at once; taken by MakeReporters. Tells on standard error where
// the page of --serve-ui is.
struct ReportFiles {
  std::unique_ptr<report::ByteSink> json;
  // What --compare-with names.
  report::EarlierReport earlier;
  // Null without --metrics.
  std::unique_ptr<MetricsServer> metrics;
  // Null without --serve-ui.
  std::unique_ptr<report::LivePage> live_page;
};
absl::StatusOr<ReportFiles> OpenReportFiles(const request::Request& request);

// They learn the options that pytest resolves from RunStarted.
std::vector<std::unique_ptr<report::Reporter>> MakeReporters(const request::Request& request, ReportFiles files);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPORTERS_H_
