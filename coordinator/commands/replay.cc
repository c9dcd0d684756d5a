#include "coordinator/commands/replay.h"

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
#include "coordinator/commands/recorder.h"
#include "coordinator/commands/reporters.h"
#include "coordinator/events/event_reader.h"
#include "coordinator/events/recount.h"
#include "coordinator/python/coverage_data.h"
#include "coordinator/report/tee.h"
#include "coordinator/shards/merge.h"
#include "coordinator/shards/parts.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

// What may stand beside --from-json and --merge: where reports go and how they look.
const std::set<std::string>& Allowed() {
  static const auto* const kAllowed = new std::set<std::string>{
      "--from-json",     "--merge",        "--junitxml",        "--junitprefix", "--report-json",
      "--report-html",   "--compare-with", "--report-markdown", "--report-ctrf", "--trace-json",
      "--engine-report", "--color",        "--history"};
  return *kAllowed;
}

absl::Status CheckOptions(const options::CommandLine& line) {
  const bool merge = line.Has("--merge");
  const char* const option = merge ? "--merge" : "--from-json";
  if (merge && line.Has("--from-json")) {
    return absl::InvalidArgumentError("--merge takes several files, --from-json one: give one of the two");
  }
  if (!merge && !line.paths.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--from-json takes no test or path: ", line.paths.front()));
  }
  if (merge && line.paths.empty()) {
    return absl::InvalidArgumentError("--merge needs the --report-json files of the shards, or their folder");
  }
  if (!line.unknown.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(line.unknown.front(), " does not go with ", option));
  }
  const std::set<std::string> coverage = {"--coverage-data", "--python"};
  if (merge && line.Has("--python") && !line.Has("--coverage-data")) {
    return absl::InvalidArgumentError("--python goes with --merge only beside --coverage-data");
  }
  for (const auto& [name, values] : line.values) {
    if (Allowed().count(name) == 0 && !(merge && coverage.count(name) > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " does not go with ", option, ": it says how tests are run"));
    }
  }
  return absl::OkStatus();
}

// What a run had in common with this one: what is asked of the reports.
absl::StatusOr<request::Request> RequestFor(const options::CommandLine& line,
                                            const request::Surroundings& surroundings) {
  request::Surroundings bare = surroundings;
  // Neither a project's addopts nor the environment's.
  bare.getenv = [&surroundings](const char* name) -> const char* {
    return absl::StartsWith(name, "PYTEST_ADDOPTS") ? nullptr : surroundings.getenv(name);
  };
  discovery::ProjectConfig project;
  project.rootdir = surroundings.invocation_dir;
  return request::MakeRequest(line, project, bare);
}

// Reading and writing one file would destroy it.
absl::Status CheckNotOverwritten(const std::string& path, const request::Request& request) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(path, request.report_json, ignored)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--report-json would overwrite what is read: ", path));
}

using Reporters = std::vector<std::unique_ptr<report::Reporter>>;

// Those that are asked for, and whoever keeps the durations: only if that is asked for, since the run itself has done so at its place.
Reporters ReportersFor(const options::CommandLine& line, const request::Request& request, ReportFiles files) {
  Reporters reporters = MakeReporters(request, std::move(files));
  if (line.Has("--history")) reporters.push_back(std::make_unique<Recorder>(request.history, std::cerr));
  return reporters;
}

int ExitCodeOf(const results::RunSummary& summary, bool reports_complete) {
  return reports_complete || summary.exit_code != kOk ? summary.exit_code : kInternalError;
}

absl::StatusOr<int> Replay(const options::CommandLine& line, const request::Request& request, const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    RETURN_IF_ERROR(CheckNotOverwritten(path, request));
    file.open(path, std::ios::binary);
    if (!file) return absl::InvalidArgumentError(absl::StrCat("--from-json ", path, ": ", strerror(errno)));
  }
  events::EventReader reader(path == "-" ? std::cin : file, path == "-" ? "standard input" : path);
  ASSIGN_OR_RETURN(const std::optional<results::RunStart> start, reader.Start());
  if (!start.has_value())
    return absl::InvalidArgumentError(absl::StrCat("--from-json ", path, ": no event lines in it"));
  ASSIGN_OR_RETURN(ReportFiles files, OpenReportFiles(request));
  auto recount = std::make_unique<events::Recount>();
  const events::Recount& counts = *recount;
  Reporters reporters = ReportersFor(line, request, std::move(files));
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

size_t ShardsThatRan(const std::vector<shards::Part>& parts) {
  std::set<int> shards;
  for (const shards::Part& part : parts) {
    if (!part.results.empty()) shards.insert(part.shard());
  }
  return shards.size();
}

// Each of the shards that ran must have left its coverage data.
absl::Status MergeCoverage(const options::CommandLine& line, const request::Request& request, size_t shards) {
  const std::string target = *line.Last("--coverage-data");
  ASSIGN_OR_RETURN(const std::vector<std::string> files, python::CoverageFiles(line.paths, target));
  RETURN_IF_ERROR(python::JoinCoverage(request.run.python, files, target));
  if (files.size() >= shards) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("--coverage-data: ", shards,
                                          " shards ran tests, but there are data files of ", files.size(), " only; ",
                                          target, " holds those"));
}

absl::StatusOr<int> MergeAll(const options::CommandLine& line, const request::Request& request) {
  ASSIGN_OR_RETURN(const std::vector<std::string> found, shards::EventFiles(line.paths));
  for (const std::string& path : found) RETURN_IF_ERROR(CheckNotOverwritten(path, request));
  ASSIGN_OR_RETURN(std::vector<shards::Part> parts, shards::ReadParts(found));
  const size_t shards = ShardsThatRan(parts);
  shards::Merge merge(std::move(parts));
  ASSIGN_OR_RETURN(ReportFiles files, OpenReportFiles(request));
  report::Tee all(ReportersFor(line, request, std::move(files)));
  ASSIGN_OR_RETURN(const results::RunSummary summary, merge.Tell(all));
  const int exit_code = ExitCodeOf(summary, all.Finished(summary));
  const absl::Status joined = line.Has("--coverage-data") ? MergeCoverage(line, request, shards) : absl::OkStatus();
  if (joined.ok()) return exit_code;
  fprintf(stderr, "ERROR: %s\n", std::string(joined.message()).c_str());
  return kNotRun;
}

absl::StatusOr<int> Answer(const options::CommandLine& line, const request::Surroundings& surroundings) {
  RETURN_IF_ERROR(CheckOptions(line));
  ASSIGN_OR_RETURN(const request::Request request, RequestFor(line, surroundings));
  return line.Has("--merge") ? MergeAll(line, request) : Replay(line, request, *line.Last("--from-json"));
}

}  // namespace

int ReplayCommand(const options::CommandLine& line, const request::Surroundings& surroundings) {
  const absl::StatusOr<int> exit_code = Answer(line, surroundings);
  if (exit_code.ok()) return *exit_code;
  fprintf(stderr, "ERROR: %s\n", std::string(exit_code.status().message()).c_str());
  return kUsageError;
}

}  // namespace fastest::commands
