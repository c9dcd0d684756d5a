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
#include "coordinator/discovery/discovery.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/request.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/run.h"

namespace fastest::commands {

// Belongs to the run's thread, and must outlive the run that it makes. What it is given must outlive it.
class Preparation {
 public:
  // Finds the tests and opens the history, unless pytest's own text is the answer.
  Preparation(const options::CommandLine& line, const discovery::ProjectConfig& project,
              const request::Request& request, OpenedReports reports);

  // Node ids of the modules that were found. Empty once the estimates are taken or the run is made.
  std::vector<std::string> Modules() const;
  // Why no tests could be looked for. A run goes on all the same: its workers report a missing path in pytest's words.
  const absl::Status& found() const { return found_; }

  // What discovery and history say of the tests. Once, in place of a run.
  run::Estimates TakeEstimates();

  // Once. `lease_s`: see Patience. InvalidArgument or NotFound: what --shard, --plan-file or --rerun-from name cannot
  // be used.
  absl::StatusOr<std::unique_ptr<run::Run>> MakeRun(run::AgentPort* agents, int slots, double lease_s);

  // Called often while the run goes on.
  void RecordOnTheWay(run::Run& run) { history_.RecordOnTheWay(run); }

  // For a run that is done: tells the agents, closes books and reports, keeps durations. Gives the exit code.
  int Finish(run::Run& run);

 private:
  // The reporters that the request asks for, and what else listens to a run. Once.
  std::vector<std::unique_ptr<report::Reporter>> Reporters();
  run::Run::Dependencies Dependencies(run::AgentPort* agents);
  // Whether the coordinator may decide tests of constants itself, as far as the request tells.
  bool MayDecide(int slots) const;

  const options::CommandLine& line_;
  const discovery::ProjectConfig& project_;
  const request::Request& request_;
  OpenedReports reports_;
  ShadowSample shadow_;
  RunHistory history_;
  discovery::Discovery discovery_;
  absl::Status found_;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_PREPARATION_H_
