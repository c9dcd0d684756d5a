#include "coordinator/commands/reports/finished_run.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/commands/reports/recorder.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/addopts.h"
#include "coordinator/options/flag_table.h"
#include "proto/exit_code.h"

namespace fastest::commands {

absl::Status CheckCompanions(const options::CommandLine& line, const std::string& option) {
  if (!line.unknown.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(line.unknown.front(), " does not go with ", option));
  }
  unsigned allowed = options::kReportFile | options::kOfFinishedRuns;
  if (option == "--merge") allowed |= options::kOfMerges;
  for (const auto& [name, values] : line.values) {
    const options::Flag* const flag = options::FindFlag(name);
    if (name == option || (flag != nullptr && flag->Is(allowed))) continue;
    return absl::InvalidArgumentError(absl::StrCat(name, " does not go with ", option, ": it says how tests are run"));
  }
  return absl::OkStatus();
}

absl::StatusOr<request::Request> ReportsOnly(const options::CommandLine& line, const request::Invocation& invocation) {
  request::Invocation bare = invocation;
  bare.getenv = [&invocation](const char* name) -> const char* {
    return std::string(name) == options::kAddoptsVariable ? nullptr : invocation.getenv(name);
  };
  discovery::ProjectConfig project;
  project.rootdir = invocation.directory;
  return request::MakeRequest(line, project, bare);
}

std::vector<std::unique_ptr<report::Reporter>> ReportersFor(const options::CommandLine& line,
                                                            const request::Request& request, OpenedReports reports) {
  std::vector<std::unique_ptr<report::Reporter>> reporters = MakeReporters(request, std::move(reports));
  if (line.Has("--history")) reporters.push_back(std::make_unique<Recorder>(request.history.store, std::cerr));
  return reporters;
}

int ExitCodeOf(const results::RunSummary& summary, bool reports_complete) {
  return reports_complete || summary.exit_code != kOk ? summary.exit_code : kInternalError;
}

}  // namespace fastest::commands
