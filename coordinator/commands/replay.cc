#include "coordinator/commands/replay.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/commands/reports/finished_run.h"
#include "coordinator/commands/reports/reporters.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/events/recount.h"
#include "coordinator/report/tee.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

constexpr char kOption[] = "--from-json";

// Reads events, tells the reporters, and gives the exit code.
absl::StatusOr<int> Tell(const options::CommandLine& line, const request::Request& request,
                         events::EventReader& reader) {
  ASSIGN_OR_RETURN(OpenedReports reports, OpenReports(request.report));
  auto recount = std::make_unique<events::Recount>();
  const events::Recount& counts = *recount;
  std::vector<std::unique_ptr<report::Reporter>> reporters = ReportersFor(line, request, std::move(reports));
  reporters.push_back(std::move(recount));
  report::Tee all(std::move(reporters));
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(more, reader.Next(all));
    all.Tick(0);
  }
  const results::RunSummary summary = reader.summary().has_value() ? *reader.summary() : counts.CutOff();
  return ExitCodeOf(summary, all.Finished(summary));
}

absl::StatusOr<int> Replay(const options::CommandLine& line, const request::Invocation& invocation) {
  if (!line.paths.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(kOption, " takes no test or path: ", line.paths.front()));
  }
  RETURN_IF_ERROR(CheckCompanions(line, kOption));
  ASSIGN_OR_RETURN(const request::Request request, ReportsOnly(line, invocation));
  const std::string path = *line.Last(kOption);
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return absl::InvalidArgumentError(absl::StrCat(kOption, " ", path, ": ", strerror(errno)));
  }
  events::EventReader reader(path == "-" ? std::cin : file, path == "-" ? "standard input" : path);
  ASSIGN_OR_RETURN(const std::optional<results::RunStart> start, reader.Start());
  if (!start.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(kOption, " ", path, ": no event lines in it"));
  }
  return Tell(line, request, reader);
}

}  // namespace

int ReplayCommand(const options::CommandLine& line, const request::Invocation& invocation) {
  const absl::StatusOr<int> exit_code = Replay(line, invocation);
  return exit_code.ok() ? *exit_code : Fail(exit_code.status(), kUsageError);
}

}  // namespace fastest::commands
