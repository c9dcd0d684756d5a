// Runs of the same project in other orders, for --bisect and --check-isolation, and their outcomes.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_ISOLATION_RUNS_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_ISOLATION_RUNS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/commands/runs/own_program.h"
#include "coordinator/isolation/sequence.h"
#include "coordinator/request/run_request.h"
#include "proto/test_id.h"

namespace fastest::commands {

// The outcomes of one run, as OutcomeText gives them.
using Outcomes = std::map<TestId, std::string>;

// How a test came out: "failed", "failed (timeout)"; "nothing" for nullptr, a test without a result.
std::string OutcomeText(const isolation::Ran* ran);
// The outcome of `test` in a run; "nothing" if it has none.
std::string OutcomeOf(const Outcomes& outcomes, const v1::TestRef& test);
// Whether a person would call that outcome green.
bool IsGood(const std::string& outcome);

// Makes runs with the options of one request, each a child of this process, in a folder that goes away with this
// object. The request must outlive it. Not thread-safe.
class IsolationRuns {
 public:
  explicit IsolationRuns(const request::RunRequest& request) : request_(request) {}

  // Unavailable: there is no folder for the runs' files.
  absl::Status Ready() const { return scratch_.status(); }

  // The suite in pytest's own order, in one session. Without tests and run id if pytest could not begin.
  absl::StatusOr<isolation::RecordedRun> InPytestsOrder(int* exit_code);

  // Unavailable: the run ended before its first test, or could not be made. Cancelled: by a signal.
  absl::StatusOr<Outcomes> Of(const isolation::Sequence& sequence);

  // How many runs were made.
  int made() const { return made_; }

 private:
  // Without tests and run id if pytest could not begin.
  absl::StatusOr<isolation::RecordedRun> Make(std::vector<std::string> words, int* exit_code);

  const request::RunRequest& request_;
  const ScratchFolder scratch_;
  int made_ = 0;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_ISOLATION_RUNS_H_
