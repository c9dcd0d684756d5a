// What a run needs, wherever its tests run: the tests that discovery finds, what is known of past runs, and the
// reports.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_PREPARATION_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_PREPARATION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/commands/reports/reporters.h"
#include "coordinator/commands/runs/run_history.h"
#include "coordinator/commands/runs/shadow.h"
#include "coordinator/commands/runs/share.h"
#include "coordinator/discovery/discovery.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/report/run_reports.h"
#include "coordinator/request/request.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/run.h"
#include "coordinator/run/run_options.h"

namespace fastest::commands {

// Belongs to the run's thread, and must outlive the run that it makes. What it is given must outlive it.
class Preparation {
 public:
  // Finds the tests and opens the history, unless pytest's own text is the answer. `files`: what ReadShareFiles gave,
  // because inputs are read before outputs are opened.
  Preparation(const options::CommandLine& line, const discovery::ProjectConfig& project,
              const request::Request& request, ShareFiles files = {});

  // Node ids of the modules that were found. Empty once the estimates are taken or the run is made.
  std::vector<std::string> Modules() const;
  // Why no tests could be looked for. A run goes on all the same: its workers report a missing path in pytest's words.
  const absl::Status& found() const { return found_; }

  // What discovery and history say of the tests. Once, in place of a run.
  run::Estimates TakeEstimates();

  // Once, before MakeRun: decides which tests this run has, opens the reports, and announces the run to them. Errors:
  // the earlier run was divided in another way, or a report cannot be opened.
  // `opening_shown`: ShowOpening's answer.
  absl::Status Open(bool opening_shown);

  // Once. `lease_s`: see Patience.
  std::unique_ptr<run::Run> MakeRun(run::AgentPort* agents, int slots, double lease_s);
  // In place of MakeRun and Finish: there is no run, for this reason. Gives the exit code.
  int Abandon(int exit_code, const absl::Status& why);

  // Called often while the run goes on.
  void RecordOnTheWay(run::Run& run) { history_.RecordOnTheWay(run); }

  // For a run that is done: tells the agents, closes books and reports, keeps durations. Gives the exit code.
  int Finish(run::Run& run);

 private:
  // The reporters that the request asks for, and what else listens to a run. Once.
  std::vector<std::unique_ptr<report::Reporter>> Reporters(OpenedReports reports);
  run::Run::Dependencies Dependencies(run::AgentPort* agents);
  // Whether the coordinator may decide tests of constants itself, as far as the request tells.
  bool MayDecide() const;

  const options::CommandLine& line_;
  const discovery::ProjectConfig& project_;
  const request::Request& request_;
  ShareFiles files_;
  ShadowSample shadow_;
  RunHistory history_;
  discovery::Discovery discovery_;
  absl::Status found_;
  // From Open until MakeRun.
  run::RunOptions options_;
  run::Estimates estimates_;
  report::RunReports::Reporters reporters_;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_PREPARATION_H_
