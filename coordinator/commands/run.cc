#include "coordinator/commands/run.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/process/executable.h"
#include "base/process/interrupts.h"
#include "base/process/thread_room.h"
#include "coordinator/agents/farm.h"
#include "coordinator/agents/local_agent.h"
#include "coordinator/commands/reports/reporters.h"
#include "coordinator/commands/runs/paths.h"
#include "coordinator/commands/runs/preparation.h"
#include "coordinator/commands/runs/share.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/python/python_script.h"
#include "coordinator/run/run.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

void Note(const std::string& note) { Say("fastest: " + note); }

// Whether another run may follow that can use a warm agent.
bool MayLeave(int exit_code) {
  return exit_code == kOk || exit_code == kTestsFailed || exit_code == kInterrupted || exit_code == kNoTestsCollected;
}

agents::LocalAgent::Options AgentOptions(const discovery::ProjectConfig& project, const request::Request& request,
                                         const std::string& python_program) {
  const run::RunOptions& run = request.run.options;
  agents::LocalAgent::Options options;
  options.slots = run.slots;
  options.python = run.python;
  options.python_program = python_program;
  options.invocation_dir = run.invocation_dir;
  options.rootdir = project.rootdir;
  if (request.warm.keep) options.warm_folder = request.warm.folder;
  options.may_replace = !run.terminal.forwarded;
  options.note = Note;
  return options;
}

// Answers the process that called (--controller) in one line, before anything is started. "aside WHY" says that pytest
// is to run the tests itself, and "run SLOTS" that this run will. Gives whether it will.
bool AnswerCaller(const request::Request& request, const absl::Status& paths) {
  const run::RunOptions& run = request.run.options;
  std::string why;
  if (!paths.ok()) {
    why = std::string(paths.message());
  } else if (run.slots == 1) {
    why = request.notes.empty() ? "one test at a time" : request.notes.back();
  }
  if (!why.empty()) {
    Print(absl::StrCat("aside ", absl::StrReplaceAll(why, {{"\n", " "}}), "\n"), /*text_to_stderr=*/false);
    return false;
  }
  // The caller may be killed before its session is met. The run would then go on for nobody.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  Print(absl::StrCat("run ", run.slots, "\n"), /*text_to_stderr=*/false);
  return true;
}

int RunHere(const options::CommandLine& line, const discovery::ProjectConfig& project,
            const request::Request& request) {
  const run::RunOptions& wanted = request.run.options;
  const absl::StatusOr<std::string> program = FindProgram(wanted.python);
  if (!program.ok()) return Fail(python::NoInterpreter(wanted.python, program.status()), kUsageError);
  const absl::Status paths = CheckPaths(line, project, request);
  if (!wanted.controller.empty()) {
    if (!AnswerCaller(request, paths)) return kOk;
  } else if (!paths.ok()) {
    return Fail(paths, kUsageError);
  }
  absl::StatusOr<ShareFiles> files = ReadShareFiles(request.shard);
  if (!files.ok()) return Fail(files.status(), kUsageError);
  const bool opening_shown = ShowOpening(request);
  // Python starts while tests are looked for.
  const absl::StatusOr<std::unique_ptr<agents::LocalAgent>> agent =
      agents::LocalAgent::Open(AgentOptions(project, request, *program));
  if (!agent.ok()) {
    return Fail(agent.status(), absl::IsInvalidArgument(agent.status()) ? kUsageError : kInternalError);
  }

  Preparation preparation(line, project, request, *std::move(files));
  if (const absl::Status opened = preparation.Open(opening_shown); !opened.ok()) return Fail(opened, kUsageError);
  const std::unique_ptr<run::Run> run = preparation.MakeRun(agent->get(), wanted.slots, 0);
  (*agent)->Drive(*run, [&] { preparation.RecordOnTheWay(*run); });
  const int exit_code = preparation.Finish(*run);
  (*agent)->End(MayLeave(exit_code));
  return exit_code;
}

int RunOnFarm(const options::CommandLine& line, const discovery::ProjectConfig& project,
              const request::Request& request) {
  const bool single_session = request.run.options.slots == 1;
  absl::StatusOr<std::unique_ptr<agents::Farm>> farm = agents::Farm::Open(request.farm, single_session, Note);
  if (!farm.ok()) return Fail(farm.status(), kUsageError);
  absl::StatusOr<ShareFiles> files = ReadShareFiles(request.shard);
  if (!files.ok()) return Fail(files.status(), kUsageError);
  HandleInterrupts(0, kInterrupted);

  Preparation preparation(line, project, request, *std::move(files));
  (*farm)->ExpectFiles(preparation.Modules());
  if (const absl::Status opened = preparation.Open(/*opening_shown=*/false); !opened.ok())
    return Fail(opened, kUsageError);
  const double deadline_s = request.run.options.patience.deadline.seconds();
  const absl::StatusOr<int> slots =
      (*farm)->Gather(deadline_s > 0 ? absl::Now() + absl::Seconds(deadline_s) : absl::InfiniteFuture());
  if (!slots.ok()) {
    const int exit_code = absl::IsCancelled(slots.status())          ? kInterrupted
                          : absl::IsDeadlineExceeded(slots.status()) ? kDeadline
                                                                     : kNotRun;
    return preparation.Abandon(exit_code, slots.status());
  }
  // The workers of a farm are the run's only session if that was asked for, and not because there is one slot.
  const std::unique_ptr<run::Run> run =
      preparation.MakeRun(farm->get(), single_session ? 1 : std::max(2, *slots), request.farm.lease_s);
  (*farm)->Drive(*run, [&] { preparation.RecordOnTheWay(*run); });
  const int exit_code = preparation.Finish(*run);
  (*farm)->End();
  return exit_code;
}

}  // namespace

int RunCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
               const request::Request& request) {
  if (const absl::Status room = RoomForThreads(kThreadsOfProgram); !room.ok()) return Fail(room, kNotRun);
  if (request.farm.used() && !request.run.options.controller.empty()) {
    return Fail(
        absl::InvalidArgumentError("pytest --fastest runs the tests on this machine: to run them on agents, call "
                                   "fastest-coordinator itself"),
        kUsageError);
  }
  return request.farm.used() ? RunOnFarm(line, project, request) : RunHere(line, project, request);
}

}  // namespace fastest::commands
