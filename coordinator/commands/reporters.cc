#include "coordinator/commands/reporters.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/net/port_file.h"
#include "base/status_macros.h"
#include "coordinator/events/earlier_run.h"
#include "coordinator/events/json_reporter.h"
#include "coordinator/report/engine_report.h"
#include "coordinator/report/files/annotations.h"
#include "coordinator/report/files/ctrf_reporter.h"
#include "coordinator/report/files/junit_reporter.h"
#include "coordinator/report/files/markdown_reporter.h"
#include "coordinator/report/files/trace_reporter.h"
#include "coordinator/report/html/html_reporter.h"
#include "coordinator/report/live/metrics_reporter.h"
#include "coordinator/report/terminal/terminal_options.h"
#include "coordinator/report/terminal/terminal_reporter.h"

namespace fastest::commands {

namespace {

// 0 if standard output is no terminal.
int ColumnsNow() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

absl::StatusOr<ReportFiles> OpenReportFiles(const request::Request& request) {
  ReportFiles files;
  if (!request.report_json.empty()) {
    ASSIGN_OR_RETURN(files.json, report::OpenReportFile(request.report_json));
  }
  if (!request.metrics.empty()) {
    ASSIGN_OR_RETURN(files.metrics, MetricsServer::Listen(request.metrics, request.metrics_port_file));
  }
  if (!request.compare_with.empty()) {
    ASSIGN_OR_RETURN(files.earlier, events::ReadEarlierRun(request.compare_with));
  }
  if (!request.serve_ui.empty()) {
    auto live_page = std::make_unique<report::LivePage>(files.earlier);
    const absl::Status listening = live_page->Listen(request.serve_ui);
    if (!listening.ok()) return absl::InvalidArgumentError(absl::StrCat("--serve-ui ", listening.message()));
    if (!request.serve_ui_port_file.empty()) {
      RETURN_IF_ERROR(WritePortFile(request.serve_ui_port_file, live_page->server().address()));
    }
    std::cerr << "fastest: the run is shown at " << live_page->server().url() << std::endl;
    files.live_page = std::move(live_page);
  }
  return files;
}

std::vector<std::unique_ptr<report::Reporter>> MakeReporters(const request::Request& request, ReportFiles files) {
  std::vector<std::unique_ptr<report::Reporter>> reporters;
  // The plan is all that there is to say.
  if (request.run.plan_only) return reporters;
  if (!request.run.forward_terminal) {
    report::TerminalOptions options;
    options.color = request.run.color;
    options.columns = request.run.columns;
    options.live = request.live;
    // Whose lines may be rewritten is read by no server.
    if (!request.live) options.fold = request.fold;
    options.heartbeat = request.heartbeat;
    if (request.live) options.measure_columns = ColumnsNow;
    options.hang_timeout_s = request.run.hang_timeout_s;
    options.junit_xml_path = request.junit_xml;
    std::ostream& out = request.text_to_stderr ? std::cerr : std::cout;
    reporters.push_back(std::make_unique<report::TerminalReporter>(out, std::cerr, options));
  }
  if (request.engine_report || request.run.engine == "direct") {
    std::ostream& out = request.text_to_stderr ? std::cerr : std::cout;
    reporters.push_back(std::make_unique<report::EngineReport>(out, /*list_tests=*/request.run.engine == "direct"));
  }
  if (files.json != nullptr) {
    reporters.push_back(std::make_unique<events::JsonReporter>(std::move(files.json), std::cerr));
  }
  if (!request.junit_xml.empty()) {
    report::JunitOptions options;
    options.prefix = request.junit_prefix;
    reporters.push_back(
        std::make_unique<report::JunitReporter>(report::MakeReplacedFile(request.junit_xml), options, std::cerr));
  }
  const auto add_file = [&](const std::string& path, auto make) {
    if (!path.empty()) reporters.push_back(make(report::MakeReplacedFile(path)));
  };
  using Sink = std::unique_ptr<report::ByteSink>;
  add_file(request.report_html, [&](Sink sink) {
    return std::make_unique<report::HtmlReporter>(std::move(sink), std::move(files.earlier), std::cerr);
  });
  add_file(request.report_markdown,
           [](Sink sink) { return std::make_unique<report::MarkdownReporter>(std::move(sink), std::cerr); });
  add_file(request.report_ctrf,
           [](Sink sink) { return std::make_unique<report::CtrfReporter>(std::move(sink), std::cerr); });
  add_file(request.trace_json,
           [](Sink sink) { return std::make_unique<report::TraceReporter>(std::move(sink), std::cerr); });
  if (files.metrics != nullptr) {
    reporters.push_back(std::make_unique<report::MetricsReporter>(std::move(files.metrics)));
  }
  if (request.annotate && !request.run.forward_terminal && !request.text_to_stderr) {
    reporters.push_back(std::make_unique<report::Annotations>(std::cout, request.workspace));
  }
  // The last, so that all else is there when it waits for browsers.
  if (files.live_page != nullptr) reporters.push_back(std::move(files.live_page));
  return reporters;
}

}  // namespace fastest::commands
