// What past runs say of how long tests take and how they failed, and what this run adds. A history that cannot be used
// is one warning: that costs balance, never correctness.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_RUN_HISTORY_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_RUN_HISTORY_H_

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/history/history.h"
#include "coordinator/policy/red_history.h"
#include "coordinator/request/history_request.h"
#include "coordinator/run/run.h"

namespace fastest::commands {

// Belongs to the run's thread. Records are written by a thread of their own.
class RunHistory {
 public:
  // Opens the store. `warn` takes one line for the user.
  RunHistory(const request::HistoryRequest& request, std::function<void(const std::string&)> warn);

  // All that is known of these modules' durations.
  std::unordered_map<std::string, history::ModuleHistory> Load(const std::vector<std::string>& modules);

  // What is known of failures in the modules that were loaded last.
  policy::RedHistory Reds() const { return reds_; }

  // Records what the run has measured so far, from time to time, without making it wait. A run that is cut off loses
  // little. Called often.
  void RecordOnTheWay(run::Run& run);
  // Begins to record the rest of a run that is done. EndRecord waits for the end.
  void BeginRecord(run::Run& run);
  void EndRecord() { Recorded(); }

 private:
  using Known = std::unordered_map<std::string, history::ModuleHistory>;
  static bool KnowsRuns(const Known& known);
  static policy::RedHistory::Pasts Failed(const Known& known);
  void Tell(const history::History& history);
  // What the base says; nothing if there is no base, or it can't be read.
  std::optional<Known> LoadBase(const std::vector<std::string>& modules);
  // Waits for the record that is being written. Whether it was written.
  bool Recorded();
  void GiveUp(const absl::Status& status);

  const std::string project_;
  const std::string base_;
  const std::function<void(const std::string&)> warn_;
  std::unique_ptr<history::History> history_;
  policy::RedHistory reds_;
  absl::Duration until_next_record_;
  absl::Time next_record_;
  // Valid while a record is being written. Its texts are the run's. Meanwhile nothing else uses the history.
  std::future<absl::Status> recording_;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_RUN_HISTORY_H_
