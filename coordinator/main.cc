// fastest-coordinator: finds a project's tests, has agents run them, reports. This file only wires: arguments become a
// command. See ARCHITECTURE.md.
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/net/grpc_log.h"
#include "base/process/standard_streams.h"
#include "base/status_macros.h"
#include "coordinator/commands/bisect.h"
#include "coordinator/commands/check_isolation.h"
#include "coordinator/commands/discover.h"
#include "coordinator/commands/doctor.h"
#include "coordinator/commands/help.h"
#include "coordinator/commands/history.h"
#include "coordinator/commands/merge.h"
#include "coordinator/commands/replay.h"
#include "coordinator/commands/run.h"
#include "coordinator/commands/runs/replayed_run.h"
#include "coordinator/commands/runs/workers_hook.h"
#include "coordinator/commands/shards.h"
#include "coordinator/commands/status.h"
#include "coordinator/commands/stop_warm.h"
#include "coordinator/commands/takeover.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/options/argument_file.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/discovery_request.h"
#include "coordinator/request/invocation.h"
#include "coordinator/request/request.h"
#include "proto/exit_code.h"

namespace fastest {
namespace {

// What a command may need.
struct Asked {
  std::vector<std::string> args;
  options::CommandLine line;
  discovery::ProjectConfig project;
  request::Request request;
  // With --replay.
  isolation::Sequence sequence;
};

// The commands that need nothing; nothing if another is asked for.
std::optional<int> AnswerAnywhere(const options::CommandLine& line) {
  if (line.Has("--help")) return commands::HelpCommand();
  if (line.Has("--version")) return commands::VersionCommand();
  return std::nullopt;
}

// The commands that need no project; nothing if another is asked for.
std::optional<int> AnswerAtOnce(const options::CommandLine& line, const request::Invocation& invocation) {
  if (line.Has("--merge")) return commands::MergeCommand(line, invocation);
  if (line.Has("--from-json")) return commands::ReplayCommand(line, invocation);
  return std::nullopt;
}

// The commands that need a project.
int Answer(const Asked& asked) {
  const options::CommandLine& line = asked.line;
  const request::Request& request = asked.request;
  if (line.Has("--bisect")) return commands::BisectCommand(asked.sequence, request.run);
  if (line.Has("--check-isolation")) return commands::CheckIsolationCommand(line, request.run);
  if (line.Has("--discover")) return commands::DiscoverCommand(line, asked.project, request);
  if (line.Has("--doctor")) return commands::DoctorCommand(asked.args, line, request);
  // The caller is told of these in an answer of one line.
  const bool is_called = !request.run.options.controller.empty();
  if (is_called && request.run.options.slots == 1) return commands::RunCommand(line, asked.project, request);
  for (const std::string& note : request.notes) commands::Say("fastest: " + note);
  if (request.warm.stop) return commands::StopWarmCommand(asked.project, request.warm);
  if (!request.run.interactive_option.empty()) {
    return commands::HasKeyboard() ? commands::TakeoverCommand(request)
                                   : commands::RunCommand(line, asked.project, commands::WithoutKeyboard(request));
  }
  if (request.farm.asks()) return commands::StatusCommand(request.farm, request.report.text_to_stderr);
  if (request.history.asks()) return commands::HistoryCommand(asked.project, request);
  if (!request.shard.plan_out.empty()) return commands::ShardsCommand(line, asked.project, request);
  return commands::RunCommand(line, asked.project, request);
}

absl::StatusOr<int> Main(const std::vector<std::string>& words) {
  Asked asked;
  ASSIGN_OR_RETURN(asked.args, options::WithArgumentFiles(words));
  ASSIGN_OR_RETURN(asked.line, options::Parse(asked.args));
  if (const std::optional<int> exit_code = AnswerAnywhere(asked.line)) return *exit_code;
  ASSIGN_OR_RETURN(request::Invocation invocation, request::ThisInvocation());
  if (const std::optional<int> exit_code = AnswerAtOnce(asked.line, invocation)) return *exit_code;

  RETURN_IF_ERROR(commands::CheckReplayWords(asked.line));
  const bool replays = asked.line.Has("--replay");
  if (replays) {
    ASSIGN_OR_RETURN(commands::ReplayedRun replayed, commands::ReadReplayedRun(asked.line));
    asked.line = std::move(replayed.line);
    asked.sequence = std::move(replayed.sequence);
  }
  ASSIGN_OR_RETURN(asked.project, discovery::FindProject(request::ReadProjectOptions(asked.line, invocation)));
  RETURN_IF_ERROR(options::CheckVariables(invocation.own_variables));
  RETURN_IF_ERROR(options::AddFromEnvironment(invocation.getenv, asked.line));
  RETURN_IF_ERROR(options::AddFromSettingsFile(asked.project.rootdir, asked.line));
  invocation.ask_hook = commands::WorkersHook(asked.line, asked.project, invocation);
  ASSIGN_OR_RETURN(asked.request, request::MakeRequest(asked.line, asked.project, invocation));
  if (replays) commands::Follow(asked.sequence, &asked.request);
  return Answer(asked);
}

}  // namespace
}  // namespace fastest

int main(int argc, char** argv) {
  fastest::OpenMissingStandardStreams();
  fastest::SilenceGrpcLog();
  const absl::StatusOr<int> exit_code = fastest::Main(std::vector<std::string>(argv + 1, argv + argc));
  return exit_code.ok() ? *exit_code : fastest::commands::Fail(exit_code.status(), fastest::kUsageError);
}
