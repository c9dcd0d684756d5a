// fastest-coordinator: finds a project's tests, has agents run them, reports. This file only wires; see ARCHITECTURE.md.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/process/standard_streams.h"
#include "base/version.h"
#include "coordinator/commands/command.h"
#include "coordinator/commands/doctor.h"
#include "coordinator/commands/isolation_search.h"
#include "coordinator/commands/replay.h"
#include "coordinator/commands/replayed_run.h"
#include "coordinator/discovery/discover_text.h"
#include "coordinator/discovery/discovery.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/options/argument_file.h"
#include "coordinator/options/command_line.h"
#include "coordinator/python/module_paths.h"
#include "coordinator/request/request.h"
#include "proto/exit_code.h"

namespace {

using fastest::discovery::ProjectConfig;
using fastest::options::CommandLine;

int UsageError(const absl::Status& status) {
  fprintf(stderr, "ERROR: %s\n", std::string(status.message()).c_str());
  return fastest::kUsageError;
}

int TerminalColumns() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

fastest::request::Surroundings LookAround() {
  fastest::request::Surroundings surroundings;
  std::error_code error;
  surroundings.invocation_dir = std::filesystem::current_path(error).string();
  surroundings.getenv = [](const char* name) -> const char* { return getenv(name); };
  surroundings.cores = static_cast<int>(std::thread::hardware_concurrency());
  surroundings.today = absl::FormatTime("%Y-%m-%d", absl::Now(), absl::LocalTimeZone());
  surroundings.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
  surroundings.terminal_columns = TerminalColumns();
  return surroundings;
}

fastest::discovery::ProjectOptions ProjectFor(const CommandLine& line, const std::string& invocation_dir) {
  fastest::discovery::ProjectOptions options;
  options.invocation_dir = invocation_dir;
  options.args = line.paths;
  options.rootdir = line.Last("--rootdir").value_or("");
  options.config_file = line.Last("--config-file").value_or("");
  options.override_ini = line.All("--override-ini");
  return options;
}

int Discover(const CommandLine& line, const ProjectConfig& project, const fastest::request::Request& request) {
  fastest::discovery::DiscoveryOptions options = fastest::commands::DiscoveryFor(line, request);
  if (request.names_modules) {
    const bool has_testpaths = options.invocation_dir == project.rootdir;
    const std::vector<std::string> names = line.paths.empty() && has_testpaths ? project.testpaths : line.paths;
    // Of plugins' options only Python knows which have values: what looks like a name may be one.
    auto paths = fastest::python::PathsOfModules(request.run.python, project, options.invocation_dir, names,
                                                 !line.unknown.empty());
    if (!paths.ok()) return UsageError(paths.status());
    options.args = *std::move(paths);
    options.words.erase(std::remove(options.words.begin(), options.words.end(), "--pyargs"), options.words.end());
  }
  const auto found = fastest::discovery::Discover(project, options);
  if (!found.ok()) return UsageError(found.status());
  const std::string text = fastest::discovery::DiscoverText(*found);
  fwrite(text.data(), 1, text.size(), stdout);
  return found->modules.empty() ? fastest::kNoTestsCollected : fastest::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  fastest::OpenMissingStandardStreams();
  // gRPC's own log lines are for its developers; what goes wrong we say ourselves.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const auto args = fastest::options::WithArgumentFiles(std::vector<std::string>(argv + 1, argv + argc));
  if (!args.ok()) return UsageError(args.status());
  absl::StatusOr<CommandLine> line = fastest::options::Parse(*args);
  if (!line.ok()) return UsageError(line.status());
  if (line->Has("--help")) {
    fputs(fastest::options::HelpText().c_str(), stdout);
    return fastest::kOk;
  }
  if (line->Has("--version")) {
    printf("fastest %s\n", fastest::kVersion);
    return fastest::kOk;
  }

  const fastest::request::Surroundings surroundings = LookAround();
  if (line->Has("--from-json") || line->Has("--merge")) return fastest::commands::ReplayCommand(*line, surroundings);
  if (const absl::Status status = fastest::commands::CheckReplayWords(*line); !status.ok()) return UsageError(status);
  fastest::isolation::Sequence sequence;
  if (line->Has("--replay")) {
    auto replayed = fastest::commands::ReadReplayedRun(*line);
    if (!replayed.ok()) return UsageError(replayed.status());
    line = std::move(replayed->line);
    sequence = std::move(replayed->sequence);
  }
  const absl::StatusOr<ProjectConfig> project =
      fastest::discovery::FindProject(ProjectFor(*line, surroundings.invocation_dir));
  if (!project.ok()) return UsageError(project.status());
  if (const absl::Status status = fastest::options::AddFromEnvironment(surroundings.getenv, *line); !status.ok()) {
    return UsageError(status);
  }
  if (const absl::Status status = fastest::options::AddFromSettingsFile(project->rootdir, *line); !status.ok()) {
    return UsageError(status);
  }
  absl::StatusOr<fastest::request::Request> request = fastest::request::MakeRequest(*line, *project, surroundings);
  if (!request.ok()) return UsageError(request.status());
  if (line->Has("--replay")) fastest::commands::Follow(sequence, &*request);
  if (line->Has("--bisect")) return fastest::commands::Bisect(sequence, *request);
  if (line->Has("--check-isolation")) return fastest::commands::CheckIsolation(*line, *request);
  if (line->Has("--discover")) return Discover(*line, *project, *request);
  if (line->Has("--doctor")) return fastest::commands::Doctor(*args, *line, *request);
  return fastest::commands::RunCommand(*line, *project, *request);
}
