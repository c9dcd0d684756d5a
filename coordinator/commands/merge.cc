#include "coordinator/commands/merge.h"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "coordinator/commands/reports/finished_run.h"
#include "coordinator/commands/reports/reporters.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/python/coverage_data.h"
#include "coordinator/report/tee.h"
#include "coordinator/shards/merge.h"
#include "coordinator/shards/parts.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

constexpr char kOption[] = "--merge";
constexpr char kCoverage[] = "--coverage-data";

absl::Status Check(const options::CommandLine& line) {
  if (line.Has("--from-json")) {
    return absl::InvalidArgumentError(
        "--merge reads several files, --from-json reads one: give only one of the two options");
  }
  if (line.paths.empty()) {
    return absl::InvalidArgumentError("--merge needs the --report-json files of the shards, or their folder");
  }
  RETURN_IF_ERROR(CheckCompanions(line, kOption));
  if (line.Has("--python") && !line.Has(kCoverage)) {
    return absl::InvalidArgumentError("--merge uses --python only with --coverage-data: give both or neither");
  }
  return absl::OkStatus();
}

size_t ShardsThatRan(const std::vector<shards::Part>& parts) {
  std::set<int> shards;
  for (const shards::Part& part : parts) {
    if (!part.results.empty()) shards.insert(part.shard());
  }
  return shards.size();
}

// DataLoss: one of the `shards` that ran tests has left no coverage data.
absl::Status MergeCoverage(const options::CommandLine& line, const request::Request& request, size_t shards) {
  const std::string target = *line.Last(kCoverage);
  ASSIGN_OR_RETURN(const std::vector<std::string> files, python::CoverageFiles(line.paths, target));
  RETURN_IF_ERROR(python::JoinCoverage(request.run.options.python, files, target));
  if (files.size() >= shards) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(kCoverage, ": ", shards, " shards ran tests, but only ", files.size(),
                                          " have data files; ", target, " has the data of those"));
}

absl::StatusOr<int> Merge(const options::CommandLine& line, const request::Invocation& invocation) {
  RETURN_IF_ERROR(Check(line));
  ASSIGN_OR_RETURN(const request::Request request, ReportsOnly(line, invocation));
  ASSIGN_OR_RETURN(const std::vector<std::string> found, shards::EventFiles(line.paths));
  ASSIGN_OR_RETURN(shards::Parts parts, shards::ReadParts(found));
  if (parts.parts.empty()) {
    return Fail(absl::DataLossError(absl::StrCat(
                    "--merge: nothing is known of any shard: ", absl::StrJoin(parts.broken, ", "),
                    parts.broken.size() == 1 ? " breaks off at its" : " break off at their", " beginning")),
                kNotRun);
  }
  const size_t shards = ShardsThatRan(parts.parts);
  shards::Merge merge(std::move(parts));
  merge.Quieten(static_cast<int>(line.All("--quiet").size()));
  ASSIGN_OR_RETURN(OpenedReports reports, OpenReports(request.report));
  report::Tee all(ReportersFor(line, request, std::move(reports)));
  ASSIGN_OR_RETURN(const results::RunSummary summary, merge.Tell(all));
  const int exit_code = ExitCodeOf(summary, all.Finished(summary));
  const absl::Status joined = line.Has(kCoverage) ? MergeCoverage(line, request, shards) : absl::OkStatus();
  return joined.ok() ? exit_code : Fail(joined, kNotRun);
}

}  // namespace

int MergeCommand(const options::CommandLine& line, const request::Invocation& invocation) {
  const absl::StatusOr<int> exit_code = Merge(line, invocation);
  return exit_code.ok() ? *exit_code : Fail(exit_code.status(), kUsageError);
}

}  // namespace fastest::commands
