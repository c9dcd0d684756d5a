#include "coordinator/commands/runs/isolation_runs.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/commands/text/messages.h"
#include "proto/engine_name.h"
#include "proto/outcome_name.h"
#include "proto/worker_id.h"

namespace fastest::commands {

std::string OutcomeText(const isolation::Ran* ran) {
  if (ran == nullptr) return "nothing";
  const char* const reason = ran->reason == v1::CRASH ? " (crash)" : ran->reason == v1::TIMEOUT ? " (timeout)" : "";
  return absl::StrCat(OutcomeName(ran->outcome), reason);
}

std::string OutcomeOf(const Outcomes& outcomes, const v1::TestRef& test) {
  const auto found = outcomes.find(TestId(test));
  return found == outcomes.end() ? OutcomeText(nullptr) : found->second;
}

bool IsGood(const std::string& outcome) {
  return outcome == OutcomeName(v1::PASSED) || outcome == OutcomeName(v1::SKIPPED) ||
         outcome == OutcomeName(v1::XFAILED);
}

absl::StatusOr<isolation::RecordedRun> IsolationRuns::InPytestsOrder(int* exit_code) {
  std::vector<std::string> words = {"--workers=1", "--retries=0", "--shadow=0"};
  words.insert(words.end(), request_.options.pytest_args.begin(), request_.options.pytest_args.end());
  // All of the suite, even with -x in the project's settings.
  words.emplace_back("--maxfail=0");
  return Make(std::move(words), exit_code);
}

absl::StatusOr<Outcomes> IsolationRuns::Of(const isolation::Sequence& sequence) {
  results::RunStart start;
  start.pytest_args = request_.options.pytest_args;
  start.engine = request_.options.engine;
  const std::string path = scratch_.path() + "/sequence.jsonl";
  RETURN_IF_ERROR(isolation::WriteSequence(start, sequence, path));
  int exit_code = 0;
  ASSIGN_OR_RETURN(const isolation::RecordedRun run,
                   Make({"--replay=" + path, "--worker=" + WorkerId(sequence.worker)}, &exit_code));
  if (run.start.run_id.empty()) {
    return absl::UnavailableError(absl::StrCat("a run of ", Tests(sequence.tests.size()), " ended with exit code ",
                                               exit_code, " before its first test; the suite as a whole did not"));
  }
  Outcomes outcomes;
  for (const isolation::Ran& ran : run.tests) outcomes[TestId(ran.ref)] = OutcomeText(&ran);
  return outcomes;
}

absl::StatusOr<isolation::RecordedRun> IsolationRuns::Make(std::vector<std::string> words, int* exit_code) {
  const run::RunOptions& run = request_.options;
  const std::string events = scratch_.path() + "/events.jsonl";
  // The folder is our own. If a file in it cannot be removed, the run cannot write it either, and says so.
  std::error_code ignored;
  std::filesystem::remove(events, ignored);
  words.insert(words.begin(),
               {"--report-json=" + events, "--python=" + run.python, std::string("--engine=") + EngineName(run.engine),
                "--progress=none", absl::StrCat("--hang-timeout=", run.patience.hang_timeout_s),
                // pytest's cache in the project is for the user's own runs.
                "--override-ini=cache_dir=" + scratch_.path() + "/cache"});
  ++made_;
  ASSIGN_OR_RETURN(*exit_code, RunOwnProgram(words));
  if (!std::filesystem::exists(events, ignored) || std::filesystem::file_size(events, ignored) == 0) {
    return isolation::RecordedRun();
  }
  return isolation::ReadRecordedRun(events);
}

}  // namespace fastest::commands
