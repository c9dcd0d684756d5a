#include "coordinator/commands/reports/reporters.h"

#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/net/port_file.h"
#include "base/status_macros.h"
#include "base/status_prefix.h"
#include "coordinator/events/earlier_run.h"
#include "coordinator/report/engine_report.h"
#include "coordinator/report/files/annotations.h"
#include "coordinator/report/live/metrics_reporter.h"
#include "coordinator/report/terminal/callers_text.h"
#include "coordinator/report/terminal/terminal_options.h"
#include "coordinator/report/terminal/terminal_reporter.h"
#include "coordinator/request/invocation.h"

namespace fastest::commands {
namespace {

absl::StatusOr<std::unique_ptr<report::LivePage>> Serve(const request::ReportRequest& request,
                                                        const report::EarlierReport& earlier) {
  auto page = std::make_unique<report::LivePage>(earlier);
  RETURN_IF_ERROR(WithPrefix("--serve-ui", page->Listen(request.serve_ui)));
  if (!request.serve_ui_port_file.empty()) {
    RETURN_IF_ERROR(
        WithPrefix("--serve-ui-port-file", WritePortFile(request.serve_ui_port_file, page->server().address())));
  }
  std::cerr << "fastest: the run is shown at " << page->server().url() << std::endl;
  return page;
}

absl::StatusOr<std::unique_ptr<MetricsServer>> ServeMetrics(const request::ReportRequest& request) {
  absl::StatusOr<std::unique_ptr<MetricsServer>> server = MetricsServer::Listen(request.metrics);
  if (!server.ok()) return WithPrefix("--metrics", server.status());
  if (!request.metrics_port_file.empty()) {
    RETURN_IF_ERROR(WithPrefix("--metrics-port-file", WritePortFile(request.metrics_port_file, (*server)->address())));
  }
  return server;
}

// "html report: " of --report-html, "trace: " of --trace-json.
std::string LabelOf(const std::string& option) {
  absl::string_view name = option;
  if (absl::ConsumePrefix(&name, "--report-")) return absl::StrCat(name, " report: ");
  absl::ConsumePrefix(&name, "--");
  return absl::StrCat(name.substr(0, name.find('-')), ": ");
}

report::TerminalOptions TerminalOptionsOf(const request::Request& request) {
  report::TerminalOptions options;
  options.color = request.run.options.terminal.color;
  options.columns = request.run.options.terminal.columns;
  options.live = request.report.live;
  // No CI server reads a terminal whose lines are rewritten.
  if (!request.report.live) options.fold = request.report.fold;
  options.heartbeat = request.report.heartbeat;
  if (request.report.live) options.measure_columns = request::TerminalColumns;
  options.hang_timeout_s = request.run.options.patience.hang_timeout_s;
  options.junit_xml_path = request.report.File("--junitxml");
  for (const auto& [option, path] : request.report.files) {
    if (option != "--junitxml" && path != "-") options.report_files.push_back(LabelOf(option) + path);
  }
  return options;
}

std::ostream& TextStream(const request::Request& request) {
  return request.report.text_to_stderr ? std::cerr : std::cout;
}

}  // namespace

absl::StatusOr<OpenedReports> OpenReports(const request::ReportRequest& request) {
  OpenedReports reports;
  // What is read comes before what is written.
  if (!request.compare_with.empty()) {
    ASSIGN_OR_RETURN(reports.earlier, events::ReadEarlierRun(request.compare_with));
  }
  for (const ReportRow& row : ReportTable()) {
    const std::string path = request.File(row.option);
    if (path.empty()) continue;
    ASSIGN_OR_RETURN(std::unique_ptr<report::ByteSink> sink, row.open(path));
    reports.files.push_back({&row, std::move(sink)});
  }
  if (!request.metrics.empty()) {
    ASSIGN_OR_RETURN(reports.metrics, ServeMetrics(request));
  }
  if (!request.serve_ui.empty()) {
    ASSIGN_OR_RETURN(reports.live_page, Serve(request, reports.earlier));
  }
  return reports;
}

bool ShowOpening(const request::Request& request) {
  const run::RunOptions& run = request.run.options;
  const bool is_silent = run.plan_only || run.terminal.forwarded || !run.controller.empty();
  if (is_silent || request.report.verbosity < 0) return false;
  report::TerminalOptions options = TerminalOptionsOf(request);
  options.no_header = request.report.no_header;
  report::ShowOpening(TextStream(request), options, run.slots);
  return true;
}

std::vector<std::unique_ptr<report::Reporter>> MakeReporters(const request::Request& request, OpenedReports reports) {
  const run::RunOptions& run = request.run.options;
  std::vector<std::unique_ptr<report::Reporter>> reporters;
  // The plan is all that there is to say.
  if (run.plan_only) return reporters;
  std::ostream& out = TextStream(request);
  if (!run.controller.empty()) {
    reporters.push_back(std::make_unique<report::CallersText>(std::cout, std::cerr));
  } else if (!run.terminal.forwarded) {
    report::TerminalOptions options = TerminalOptionsOf(request);
    options.opened = reports.opening_shown;
    reporters.push_back(std::make_unique<report::TerminalReporter>(out, std::cerr, options));
  }
  if (request.report.engine_report || run.engine == v1::ENGINE_DIRECT) {
    reporters.push_back(std::make_unique<report::EngineReport>(out, /*list_tests=*/run.engine == v1::ENGINE_DIRECT));
  }
  for (OpenedReports::File& file : reports.files) {
    reporters.push_back(file.row->make(std::move(file.sink), {request.report, reports.earlier}));
  }
  if (reports.metrics != nullptr) {
    reporters.push_back(std::make_unique<report::MetricsReporter>(std::move(reports.metrics)));
  }
  // The merge annotates what its shards have found, so a shard does not.
  const bool annotates = request.report.annotate && request.shard.shard == 0 && run.controller.empty();
  if (annotates && !run.terminal.forwarded && !request.report.text_to_stderr) {
    reporters.push_back(std::make_unique<report::Annotations>(std::cout, request.report.workspace));
  }
  // The last: all else is there when the page waits for browsers.
  if (reports.live_page != nullptr) reporters.push_back(std::move(reports.live_page));
  return reporters;
}

}  // namespace fastest::commands
