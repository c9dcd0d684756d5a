#include "coordinator/commands/command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/process/executable.h"
#include "base/process/interrupts.h"
#include "base/status_macros.h"
#include "coordinator/agents/agent_status.h"
#include "coordinator/agents/farm.h"
#include "coordinator/agents/local_agent.h"
#include "coordinator/agents/warm_place.h"
#include "coordinator/commands/past.h"
#include "coordinator/commands/reporters.h"
#include "coordinator/commands/shadow.h"
#include "coordinator/commands/shards.h"
#include "coordinator/constant_tests/decided_modules.h"
#include "coordinator/history/history.h"
#include "coordinator/history/store.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/report/files/pytest_cache.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/run.h"
#include "proto/exit_code.h"
#include "proto/test_id.h"

namespace fastest::commands {
namespace {

double Now() { return UnixSeconds(absl::Now()); }

void Say(const std::string& text) {
  fprintf(stderr, "%s%s", text.c_str(), text.empty() || text.back() == '\n' ? "" : "\n");
}

// pytest's own text goes where pytest would write it; with JSON on standard output, everything else goes to standard error.
void Show(v1::WorkerMessage::Output::Stream stream, const std::string& data, bool text_to_stderr) {
  FILE* out = stream == v1::WorkerMessage::Output::STDERR || text_to_stderr ? stderr : stdout;
  fwrite(data.data(), 1, data.size(), out);
  fflush(out);
}

int Fail(const absl::Status& status, int exit_code) {
  Say(absl::StrCat("ERROR: ", std::string(status.message())));
  return exit_code;
}

// A usage error of pytest's, made more useful where the option was one of ours, mistyped.
std::string WithSpellingHint(std::string message, const options::CommandLine& line) {
  if (message.find("unrecognized arguments") == std::string::npos) return message;
  for (const std::string& unknown : line.unknown) {
    const std::string nearest = options::NearestSpelling(unknown);
    if (!nearest.empty())
      absl::StrAppend(&message, message.back() == '\n' ? "" : "\n", "  ", unknown, ": did you mean ", nearest, "?\n");
  }
  return message;
}

// pytest in this process's place, for options that want the user's keyboard. Only returns if it can't be run.
int BecomePytest(const request::Request& request) {
  std::vector<std::string> words = {request.run.python, "-m", "pytest"};
  words.insert(words.end(), request.run.pytest_args.begin(), request.run.pytest_args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Say(absl::StrCat("fastest: ", request.interactive_option, " wants the keyboard: pytest itself takes over"));
  execvp(argv[0], argv.data());
  Say(absl::StrCat("ERROR: cannot run ", request.run.python, ": give an interpreter with --python"));
  return kUsageError;
}

// 32 hexadecimal digits, as xdist's testrun_uid has.
std::string NewRunId() {
  absl::BitGen random;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random), absl::Uniform<uint64_t>(random));
}

// What a run needs whoever runs its tests.
class Preparation {
 public:
  Preparation(const options::CommandLine& line, const discovery::ProjectConfig& project,
              const request::Request& request, ReportFiles files)
      : line_(line),
        project_(project),
        request_(request),
        files_(std::move(files)),
        shadow_(request.shadow),
        past_(request.run.forward_terminal ? "" : request.history,
              request.run.forward_terminal ? "" : request.history_base, request.history_project, Say) {
    if (request.run.forward_terminal) return;
    // A path that isn't there is the workers' to report, in pytest's words.
    absl::StatusOr<discovery::Discovery> found = discovery::Discover(project, DiscoveryFor(line, request));
    found_ = found.status();
    if (found.ok()) discovery_ = *std::move(found);
  }

  // Node ids of the modules that were found, until the run is made; why none could be looked for.
  std::vector<std::string> Modules() const {
    std::vector<std::string> modules;
    for (const discovery::FoundModule& module : discovery_.modules) modules.push_back(module.node_id);
    return modules;
  }
  const absl::Status& found() const { return found_; }

  // Once. `lease_s`: see RunOptions. InvalidArgument or NotFound: what --shard, --plan-file or --rerun-from name can't be used.
  absl::StatusOr<std::unique_ptr<run::Run>> MakeRun(run::AgentPort* agents, int slots, double lease_s) {
    run::Run::Dependencies dependencies;
    dependencies.agents = agents;
    dependencies.show = [this](v1::WorkerMessage::Output::Stream stream, const std::string& data) {
      Show(stream, data, request_.text_to_stderr);
    };
    dependencies.now = Now;
    run::RunOptions options = request_.run;
    options.run_id = NewRunId();
    options.slots = slots;
    options.lease_s = lease_s;
    const std::vector<std::string> modules = Modules();
    if (MayDecide(slots)) options.constant_modules = constant_tests::DecidedModules(discovery_, project_.rootdir);
    if (options.preload_auto) options.preload = discovery_.imports;
    auto past = past_.Load(modules);
    if (request_.label_failures) options.red_history = past_.Reds();
    run::Estimates estimates(std::move(discovery_), std::move(past));
    ASSIGN_OR_RETURN(options.share, ShareFor(request_.shard, estimates.ForModules(modules)));
    dependencies.reporters = Reporters();
    return std::make_unique<run::Run>(std::move(options), std::move(estimates), std::move(dependencies));
  }

  // --shards, in place of a run.
  int WriteShards() {
    const std::vector<std::string> modules = Modules();
    auto past = past_.Load(modules);
    const run::Estimates estimates(std::move(discovery_), std::move(past));
    const absl::StatusOr<std::string> text =
        WriteShardPlan(request_.shard, estimates.ForModules(modules), estimates.measured());
    if (!text.ok()) return Fail(text.status(), kUsageError);
    Show(v1::WorkerMessage::Output::STDOUT, *text, request_.text_to_stderr);
    return modules.empty() ? kNoTestsCollected : kOk;
  }

  // Called often while the run goes on.
  void RecordOnTheWay(run::Run& run) { past_.RecordOnTheWay(run); }

  // Of a run that is done: agents are told, books and reports closed, durations kept. Gives the exit code.
  int Finish(run::Run& run) {
    run.EndAgents();
    past_.BeginRecord(run);
    const int exit_code = run.Close();
    if (!run.error().empty()) Say(WithSpellingHint(run.error(), line_));
    past_.EndRecord();
    if (request_.shadow > 0 && run.started()) CompareWithShadow(shadow_, request_);
    return exit_code;
  }

 private:
  // Those that the request asks for, and what else listens to a run.
  std::vector<std::unique_ptr<report::Reporter>> Reporters() {
    auto reporters = MakeReporters(request_, std::move(files_));
    if (!request_.run.plan_only && !request_.run.sequence.has_value())
      reporters.push_back(std::make_unique<report::PytestCache>(std::cerr));
    if (request_.shadow > 0) reporters.push_back(std::make_unique<ShadowReporter>(&shadow_));
    return reporters;
  }

  // Whether tests may be decided here, as far as the request tells. A single slot is pytest's own session.
  bool MayDecide(int slots) const {
    const run::RunOptions& run = request_.run;
    return run.engine == "native" && slots > 1 && !run.forward_terminal && !run.plan_only &&
           !run.sequence.has_value() && run.control_option.empty() && request_.shard.shard == 0 &&
           request_.shard.rerun_from.empty();
  }

  const options::CommandLine& line_;
  const discovery::ProjectConfig& project_;
  const request::Request& request_;
  ReportFiles files_;
  ShadowSample shadow_;
  Past past_;
  discovery::Discovery discovery_;
  absl::Status found_;
};

// Whether a run that ends so is one that another may follow which has use for a warm agent.
bool MayLeave(int exit_code) {
  return exit_code == kOk || exit_code == kTestsFailed || exit_code == kInterrupted || exit_code == kNoTestsCollected;
}

// With an agent on this machine.
int RunHere(const options::CommandLine& line, const discovery::ProjectConfig& project,
            const request::Request& request) {
  const absl::StatusOr<std::string> python = FindProgram(request.run.python);
  if (!python.ok()) {
    Say(absl::StrCat("ERROR: no Python interpreter ", request.run.python, ": give one with --python"));
    return kUsageError;
  }
  absl::StatusOr<ReportFiles> files = OpenReportFiles(request);
  if (!files.ok()) return Fail(files.status(), kUsageError);
  agents::LocalAgent::Options options;
  options.slots = request.run.slots;
  options.python = request.run.python;
  options.python_program = *python;
  options.invocation_dir = request.run.invocation_dir;
  options.rootdir = project.rootdir;
  if (request.warm) options.warm_folder = request.warm_folder;
  options.may_replace = !request.run.forward_terminal;
  options.note = [](const std::string& note) { Say("fastest: " + note); };
  const absl::StatusOr<std::unique_ptr<agents::LocalAgent>> agent = agents::LocalAgent::Open(std::move(options));
  if (!agent.ok()) {
    return Fail(agent.status(), absl::IsInvalidArgument(agent.status()) ? kUsageError : kInternalError);
  }

  Preparation preparation(line, project, request, *std::move(files));
  const absl::StatusOr<std::unique_ptr<run::Run>> run = preparation.MakeRun(agent->get(), request.run.slots, 0);
  if (!run.ok()) return Fail(run.status(), kUsageError);
  (*agent)->Drive(**run, [&] { preparation.RecordOnTheWay(**run); });
  const int exit_code = preparation.Finish(**run);
  (*agent)->End(MayLeave(exit_code));
  return exit_code;
}

// --warm=stop, in place of a run.
int StopWarm(const discovery::ProjectConfig& project, const request::Request& request) {
  const absl::StatusOr<std::vector<std::string>> ended = agents::StopWarmAgents(request.warm_folder, project.rootdir);
  if (!ended.ok()) {
    return Fail(ended.status(), absl::IsInvalidArgument(ended.status()) ? kUsageError : kInternalError);
  }
  for (const std::string& text : *ended) Say("fastest: " + text);
  if (ended->empty()) Say(absl::StrCat("fastest: ", project.rootdir, " has no warm agent"));
  return kOk;
}

// With agents on other machines.
int RunOnFarm(const options::CommandLine& line, const discovery::ProjectConfig& project,
              const request::Request& request) {
  const bool single_session = request.run.slots == 1;
  absl::StatusOr<std::unique_ptr<agents::Farm>> farm =
      agents::Farm::Open(request.farm, single_session, [](const std::string& note) { Say("fastest: " + note); });
  if (!farm.ok()) return Fail(farm.status(), kUsageError);
  absl::StatusOr<ReportFiles> files = OpenReportFiles(request);
  if (!files.ok()) return Fail(files.status(), kUsageError);
  HandleInterrupts(0, kInterrupted);

  Preparation preparation(line, project, request, *std::move(files));
  (*farm)->ExpectFiles(preparation.Modules());
  const absl::StatusOr<int> slots = (*farm)->Gather();
  if (!slots.ok()) {
    return Fail(slots.status(), absl::IsCancelled(slots.status()) ? kInterrupted : kNotRun);
  }
  // Not one, however many there are: a farm's workers are never the run's only session unless that was asked for.
  const absl::StatusOr<std::unique_ptr<run::Run>> run =
      preparation.MakeRun(farm->get(), single_session ? 1 : std::max(2, *slots), request.farm.lease_s);
  if (!run.ok()) return Fail(run.status(), kUsageError);
  (*farm)->Drive(**run, [&] { preparation.RecordOnTheWay(**run); });
  const int exit_code = preparation.Finish(**run);
  (*farm)->End();
  return exit_code;
}

// --history-import and --history-compact, in place of a run.
int KeepHistory(const discovery::ProjectConfig& project, const request::Request& request) {
  if (request.history.empty()) {
    return Fail(absl::InvalidArgumentError("there is no history to keep: name one with --history"), kUsageError);
  }
  if (!request.history_import.empty()) {
    const absl::StatusOr<std::unique_ptr<history::History>> store = history::OpenStore(request.history);
    if (!store.ok()) return Fail(store.status(), kUsageError);
    for (const std::string& file : request.history_import) {
      const absl::StatusOr<int> tests = history::Import(file, project.rootdir, request.history_project, **store);
      if (!tests.ok()) return Fail(tests.status(), kUsageError);
      Show(v1::WorkerMessage::Output::STDOUT,
           absl::StrCat(file, ": durations of ", *tests, *tests == 1 ? " test\n" : " tests\n"), request.text_to_stderr);
    }
  }
  if (request.history_compact) {
    const absl::StatusOr<int> files = history::CompactStore(request.history);
    if (!files.ok()) {
      const bool usage = absl::IsInvalidArgument(files.status());
      return Fail(files.status(), usage ? kUsageError : kInternalError);
    }
    std::string said = absl::StrCat(*files, " files are one now");
    if (*files == 0) said = "nothing to join, or another is joining them";
    if (*files == 1) said = "1 file is one";
    Show(v1::WorkerMessage::Output::STDOUT, absl::StrCat(request.history, ": ", said, "\n"), request.text_to_stderr);
  }
  return kOk;
}

}  // namespace

discovery::DiscoveryOptions DiscoveryFor(const options::CommandLine& line, const request::Request& request) {
  discovery::DiscoveryOptions options;
  options.invocation_dir = request.run.invocation_dir;
  for (const std::string& path : line.paths) {
    // Behind an option that only a plugin knows there may stand its value; pytest itself will say which it is.
    std::error_code ignored;
    const std::string file = std::string(ModuleOf(path));
    if (!line.unknown.empty() && !std::filesystem::exists(file, ignored)) continue;
    options.args.push_back(path);
  }
  options.ignore = line.All("--ignore");
  options.ignore_glob = line.All("--ignore-glob");
  options.deselect = line.All("--deselect");
  options.words = line.pytest_args;
  options.environment_words = request.environment_words;
  options.cache_path = request.discovery_cache;
  return options;
}

int RunCommand(const options::CommandLine& line, const discovery::ProjectConfig& project,
               const request::Request& request) {
  for (const std::string& note : request.notes) Say("fastest: " + note);
  if (request.warm_stop) return StopWarm(project, request);
  if (!request.interactive_option.empty()) return BecomePytest(request);
  if (request.farm.status || !request.farm.drain.empty())
    return agents::AskAgents(request.farm, request.text_to_stderr);
  if (!request.history_import.empty() || request.history_compact) return KeepHistory(project, request);
  if (!request.shard.plan_out.empty()) {
    Preparation preparation(line, project, request, {});
    if (!preparation.found().ok()) return Fail(preparation.found(), kUsageError);
    return preparation.WriteShards();
  }
  return request.farm.used() ? RunOnFarm(line, project, request) : RunHere(line, project, request);
}

}  // namespace fastest::commands
