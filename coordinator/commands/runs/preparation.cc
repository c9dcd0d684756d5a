#include "coordinator/commands/runs/preparation.h"

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/byte_text.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "coordinator/commands/runs/import_hint.h"
#include "coordinator/commands/runs/paths.h"
#include "coordinator/commands/runs/share.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/constant_tests/decided_modules.h"
#include "coordinator/options/flag_table.h"
#include "coordinator/report/files/pytest_cache.h"
#include "coordinator/results/run_summary.h"
#include "coordinator/run/run_start.h"

namespace fastest::commands {
namespace {

double Now() { return UnixSeconds(absl::Now()); }

// 32 hexadecimal digits, as xdist's testrun_uid has.
std::string NewRunId() {
  absl::BitGen random;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random), absl::Uniform<uint64_t>(random));
}

// pytest's usage error, with the nearest spelling of a path, or of an option that may be one of Fastest's own.
std::string WithSpellingHint(std::string message, const options::CommandLine& line, const std::string& directory) {
  constexpr absl::string_view kNotFound = "file or directory not found: ";
  if (const size_t at = message.find(kNotFound.data()); at != std::string::npos) {
    const size_t begin = at + kNotFound.size();
    const std::string nearest = NearestPath(directory, message.substr(begin, message.find('\n', begin) - begin));
    if (!nearest.empty())
      absl::StrAppend(&message, message.back() == '\n' ? "" : "\n", "  did you mean ", nearest, "?\n");
  }
  if (message.find("unrecognized arguments") == std::string::npos) return message;
  for (const std::string& unknown : line.unknown) {
    const std::string nearest = options::NearestOption(unknown);
    if (!nearest.empty())
      absl::StrAppend(&message, message.back() == '\n' ? "" : "\n", "  ", unknown, ": did you mean ", nearest, "?\n");
  }
  return message;
}

// Discovery finds names; from here on they are texts, as workers say them.
void MakeText(discovery::FoundModule* module) {
  std::string text = TextOf(module->node_id);
  if (text == module->node_id) return;
  for (discovery::FoundTest& test : module->tests) test.node_id = TextOf(test.node_id);
  module->node_id = std::move(text);
}

// What to do if python3 was only taken because there was nothing better, and has no pytest.
std::string InterpreterHint(const std::string& error, const std::string& looked_at) {
  if (looked_at.empty() || !absl::StrContains(error, "pytest is not installed for ")) return "";
  return absl::StrCat("\npython3 was taken because ", looked_at,
                      ".\nTo run the tests: activate the project's environment, name an interpreter with --python, or "
                      "make an environment: python3 -m venv .venv && .venv/bin/python -m pip install pytest");
}

}  // namespace

Preparation::Preparation(const options::CommandLine& line, const discovery::ProjectConfig& project,
                         const request::Request& request, ShareFiles files)
    : line_(line),
      project_(project),
      request_(request),
      files_(std::move(files)),
      shadow_(request.run.shadow),
      history_(request.run.options.terminal.forwarded ? request::HistoryRequest() : request.history, Say) {
  if (request.run.options.terminal.forwarded) return;
  absl::StatusOr<discovery::Discovery> found = discovery::Discover(project, request.discovery);
  found_ = found.status();
  if (found.ok()) discovery_ = *std::move(found);
  for (discovery::FoundModule& module : discovery_.modules) MakeText(&module);
}

std::vector<std::string> Preparation::Modules() const {
  std::vector<std::string> modules;
  for (const discovery::FoundModule& module : discovery_.modules) modules.push_back(module.node_id);
  return modules;
}

run::Estimates Preparation::TakeEstimates() {
  auto past = history_.Load(Modules());
  return run::Estimates(std::move(discovery_), std::move(past));
}

std::vector<std::unique_ptr<report::Reporter>> Preparation::Reporters(OpenedReports reports) {
  const run::RunOptions& run = request_.run.options;
  std::vector<std::unique_ptr<report::Reporter>> reporters = MakeReporters(request_, std::move(reports));
  if (!run.plan_only && !run.sequence.has_value()) {
    reporters.push_back(std::make_unique<report::PytestCache>(std::cerr));
  }
  if (request_.run.shadow > 0) reporters.push_back(std::make_unique<ShadowReporter>(&shadow_));
  if (!run.as_module) reporters.push_back(std::make_unique<ImportHintReporter>(run.invocation_dir));
  return reporters;
}

run::Run::Dependencies Preparation::Dependencies(run::AgentPort* agents) {
  run::Run::Dependencies dependencies;
  dependencies.agents = agents;
  dependencies.reporters = std::move(reporters_);
  // pytest's own text goes where pytest would write it.
  dependencies.show = [this](v1::WorkerMessage::Output::Stream stream, const std::string& data) {
    Print(data, stream == v1::WorkerMessage::Output::STDERR || request_.report.text_to_stderr);
  };
  dependencies.now = Now;
  return dependencies;
}

absl::Status Preparation::Open(bool opening_shown) {
  options_ = request_.run.options;
  options_.run_id = NewRunId();
  options_.rootdir = project_.rootdir;
  if (MayDecide()) options_.constant_modules = constant_tests::DecidedModules(discovery_, project_.rootdir);
  if (options_.preload_auto) options_.preload = discovery_.imports;
  const std::vector<std::string> modules = Modules();
  estimates_ = TakeEstimates();
  if (request_.history.label_failures) options_.failures.red_history = history_.Reds();
  ASSIGN_OR_RETURN(options_.share, ShareFor(request_.shard, std::move(files_), estimates_.ForModules(modules)));
  // A plan that is shown has nothing to report, so no file is opened.
  OpenedReports reports;
  if (!options_.plan_only) {
    ASSIGN_OR_RETURN(reports, OpenReports(request_.report));
    reports.opening_shown = opening_shown;
  }
  reporters_ = Reporters(std::move(reports));
  results::RunStart start = run::StartOf(options_);
  start.started_at = Now();
  for (const std::unique_ptr<report::Reporter>& reporter : reporters_) reporter->RunAnnounced(start);
  return absl::OkStatus();
}

std::unique_ptr<run::Run> Preparation::MakeRun(run::AgentPort* agents, int slots, double lease_s) {
  options_.slots = slots;
  options_.patience.lease_s = lease_s;
  return std::make_unique<run::Run>(std::move(options_), std::move(estimates_), Dependencies(agents));
}

int Preparation::Abandon(int exit_code, const absl::Status& why) {
  results::RunSummary summary;
  summary.exit_code = exit_code;
  summary.stop_reason = std::string(why.message());
  summary.finished_at = Now();
  summary.books.balanced = true;
  for (const std::unique_ptr<report::Reporter>& reporter : reporters_) reporter->Abandoned(summary);
  return Fail(why, exit_code);
}

int Preparation::Finish(run::Run& run) {
  run.EndAgents();
  history_.BeginRecord(run);
  const int exit_code = run.Close();
  if (!run.error().empty()) {
    Say(absl::StrCat(WithSpellingHint(run.error(), line_, request_.discovery.invocation_dir),
                     InterpreterHint(run.error(), request_.run.looked_at)));
    const run::RunOptions& asked = request_.run.options;
    if (!asked.as_module) {
      if (const std::string hint = ImportHint(run.error(), asked.invocation_dir); !hint.empty()) Say(hint);
    }
  }
  history_.EndRecord();
  if (request_.run.shadow > 0 && run.started()) CompareWithShadow(shadow_, request_);
  return exit_code;
}

bool Preparation::MayDecide() const {
  const run::RunOptions& run = request_.run.options;
  // A single slot is pytest's own session.
  return run.engine == v1::ENGINE_NATIVE && run.slots > 1 && !run.terminal.forwarded && !run.plan_only &&
         !run.sequence.has_value() && run.control_option.empty() && request_.shard.shard == 0 &&
         request_.shard.rerun_from.empty();
}

}  // namespace fastest::commands
