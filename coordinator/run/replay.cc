#include "coordinator/run/replay.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/events/recount.h"
#include "coordinator/report/tee.h"
#include "coordinator/results/ledger.h"
#include "coordinator/run/reporters.h"

namespace fastest::run {
namespace {

// What may stand beside --from-json: where reports go and how they look.
const std::set<std::string>& Allowed() {
  static const auto* const kAllowed = new std::set<std::string>{"--from-json",   "--junitxml",      "--junitprefix",
                                                                "--report-json", "--engine-report", "--color"};
  return *kAllowed;
}

absl::Status CheckOptions(const options::CommandLine& line) {
  for (const std::string& path : line.paths) {
    return absl::InvalidArgumentError(absl::StrCat("--from-json takes no test or path: ", path));
  }
  for (const std::string& unknown : line.unknown) {
    return absl::InvalidArgumentError(absl::StrCat(unknown, " does not go with --from-json"));
  }
  for (const auto& [name, values] : line.values) {
    if (Allowed().count(name) == 0) {
      return absl::InvalidArgumentError(absl::StrCat(name, " does not go with --from-json: it says how tests are run"));
    }
  }
  return absl::OkStatus();
}

// What a run had in common with this one: what is asked of the reports.
absl::StatusOr<Request> RequestFor(const options::CommandLine& line, const Surroundings& surroundings) {
  Surroundings bare = surroundings;
  // Neither a project's addopts nor the environment's.
  bare.getenv = [&surroundings](const char* name) -> const char* {
    return absl::StartsWith(name, "PYTEST_ADDOPTS") ? nullptr : surroundings.getenv(name);
  };
  discovery::ProjectConfig project;
  project.rootdir = surroundings.invocation_dir;
  return MakeRequest(line, project, bare);
}

absl::StatusOr<int> Replay(const options::CommandLine& line, const Surroundings& surroundings) {
  RETURN_IF_ERROR(CheckOptions(line));
  ASSIGN_OR_RETURN(const Request request, RequestFor(line, surroundings));
  const std::string path = *line.Last("--from-json");
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    // A folder opens, and only reading it fails.
    if (!file || file.peek() == std::ifstream::traits_type::eof()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--from-json ", path, ": ", file.is_open() ? "no event lines in it" : strerror(errno)));
    }
    std::error_code ignored;
    if (std::filesystem::equivalent(path, request.report_json, ignored)) {
      return absl::InvalidArgumentError(absl::StrCat("--report-json would overwrite what --from-json reads: ", path));
    }
  }
  events::EventReader reader(path == "-" ? std::cin : file, path == "-" ? "standard input" : path);
  ASSIGN_OR_RETURN(const std::optional<report::RunStart> start, reader.Start());
  if (!start.has_value())
    return absl::InvalidArgumentError(absl::StrCat("--from-json ", path, ": no event lines in it"));
  ASSIGN_OR_RETURN(ReportFiles files, OpenReportFiles(request));

  auto recount = std::make_unique<events::Recount>();
  const events::Recount& counts = *recount;
  std::vector<std::unique_ptr<report::Reporter>> reporters = MakeReporters(request, *start, std::move(files));
  reporters.push_back(std::move(recount));
  report::Tee all(std::move(reporters));
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(more, reader.Next(all));
    all.Tick(0);
  }
  const results::RunSummary summary = reader.summary().has_value() ? *reader.summary() : counts.CutOff();
  const bool complete = all.Finished(summary);
  return complete || summary.exit_code != results::kOk ? summary.exit_code : results::kInternalError;
}

}  // namespace

int ReplayCommand(const options::CommandLine& line, const Surroundings& surroundings) {
  const absl::StatusOr<int> exit_code = Replay(line, surroundings);
  if (exit_code.ok()) return *exit_code;
  fprintf(stderr, "ERROR: %s\n", std::string(exit_code.status().message()).c_str());
  return results::kUsageError;
}

}  // namespace fastest::run
