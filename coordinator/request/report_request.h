// What is reported of a run, and where: files, the terminal, servers.
#ifndef FASTEST_COORDINATOR_REQUEST_REPORT_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_REPORT_REQUEST_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/options/command_line.h"
#include "coordinator/report/terminal/fold.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

struct ReportRequest {
  // The report files that are asked for: the option ("--report-html") and the absolute path, or "-" for standard
  // output. The options are those that the flag table calls kReportFile.
  std::map<std::string, std::string> files;
  std::string junit_prefix;
  // An absolute path; empty: none.
  std::string compare_with;
  bool engine_report = false;
  // What the options say of it: -v counts up, -q down. pytest has the last word.
  int verbosity = 0;
  bool no_header = false;

  // --metrics as given, and the absolute path of --metrics-port-file.
  std::string metrics;
  std::string metrics_port_file;
  // --serve-ui likewise.
  std::string serve_ui;
  std::string serve_ui_port_file;

  // GitHub Actions reads what is printed. `workspace` is its folder with the project.
  bool annotate = false;
  std::string workspace;
  report::FoldStyle fold = report::FoldStyle::kNone;
  // The human text goes to standard error, because standard output carries JSON.
  bool text_to_stderr = false;
  // Standard output is a terminal that can rewrite a line.
  bool live = false;
  // Standard output is a log that gets a line now and then.
  bool heartbeat = false;

  // The path that `option` names for its report; empty if that report is not asked for.
  std::string File(const std::string& option) const;
};

// Errors: InvalidArgument with one line.
absl::StatusOr<ReportRequest> ReadReportRequest(const options::CommandLine& line, const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_REPORT_REQUEST_H_
