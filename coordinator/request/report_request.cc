#include "coordinator/request/report_request.h"

#include "absl/strings/numbers.h"
#include "base/status_macros.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/request/value_reader.h"

namespace fastest::request {
namespace {

std::map<std::string, std::string> ReadFiles(const ValueReader& reader) {
  std::map<std::string, std::string> files;
  for (const options::Flag& flag : options::FlagTable()) {
    if (!flag.Is(options::kReportFile)) continue;
    const std::string option = options::MainName(flag);
    if (std::string path = reader.Path(option); !path.empty()) files[option] = std::move(path);
  }
  return files;
}

absl::Status CheckFileNames(const ValueReader& reader) {
  for (const options::Flag& flag : options::FlagTable()) {
    if (!flag.Is(options::kNamesFile)) continue;
    const std::string option = options::MainName(flag);
    if (!reader.Has(option)) continue;
    const std::string name = reader.Text(option);
    if (name.empty() || name == "-") return reader.Wrong(option, "the name of a file is needed");
  }
  return absl::OkStatus();
}

absl::Status ReadServers(const ValueReader& reader, ReportRequest& report) {
  report.metrics = reader.Text("--metrics");
  ASSIGN_OR_RETURN(report.metrics_port_file, reader.PortFile("--metrics-port-file", "--metrics"));
  report.serve_ui = reader.Text("--serve-ui");
  ASSIGN_OR_RETURN(report.serve_ui_port_file, reader.PortFile("--serve-ui-port-file", "--serve-ui"));
  return absl::OkStatus();
}

absl::Status ReadTerminal(const ValueReader& reader, const Invocation& invocation, ReportRequest& report) {
  report.text_to_stderr = report.File("--report-json") == "-";
  report.annotate = invocation.Variable("GITHUB_ACTIONS") == "true";
  if (report.annotate) report.fold = report::FoldStyle::kGitHub;
  if (invocation.Variable("GITLAB_CI") == "true") report.fold = report::FoldStyle::kGitLab;
  report.workspace = invocation.Variable("GITHUB_WORKSPACE");
  ASSIGN_OR_RETURN(const std::string progress, reader.Choice("--progress", {"live", "plain", "none"}));
  const bool can_rewrite =
      invocation.stdout_is_terminal && invocation.Variable("TERM") != "dumb" && !report.text_to_stderr;
  report.live = progress == "live" && can_rewrite;
  report.heartbeat = progress != "none" && !report.live;
  return absl::OkStatus();
}

}  // namespace

std::string ReportRequest::File(const std::string& option) const {
  const auto file = files.find(option);
  return file == files.end() ? "" : file->second;
}

absl::StatusOr<ReportRequest> ReadReportRequest(const options::CommandLine& line, const Invocation& invocation) {
  const ValueReader reader(line, invocation);
  ReportRequest report;
  report.files = ReadFiles(reader);
  report.junit_prefix = reader.Text("--junitprefix");
  report.compare_with = reader.Path("--compare-with");
  report.engine_report = reader.Has("--engine-report");
  report.verbosity = static_cast<int>(line.All("--verbose").size()) - static_cast<int>(line.All("--quiet").size());
  if (int given = 0; absl::SimpleAtoi(reader.Text("--verbosity"), &given)) report.verbosity = given;
  report.no_header = reader.Has("--no-header");
  RETURN_IF_ERROR(ReadServers(reader, report));
  if (!report.compare_with.empty() && report.File("--report-html").empty() && report.serve_ui.empty()) {
    return absl::InvalidArgumentError("--compare-with is for --report-html FILE: give both");
  }
  RETURN_IF_ERROR(CheckFileNames(reader));
  RETURN_IF_ERROR(ReadTerminal(reader, invocation, report));
  return report;
}

}  // namespace fastest::request
