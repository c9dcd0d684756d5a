// Which tests have to run before a test for it to come out differently, found by running them again and again.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_SPOILER_SEARCH_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_SPOILER_SEARCH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/commands/runs/isolation_runs.h"
#include "coordinator/isolation/sequence.h"

namespace fastest::commands {

// What is known of a test that comes out as `alone` by itself, and as `after` at the end of a sequence.
struct Finding {
  v1::TestRef test;
  std::string alone;
  std::string after;
  std::vector<v1::TestRef> spoilers;
  // False: the search was ended, and not all of `spoilers` may be needed.
  bool minimal = true;
  // Why nothing more can be said. Everything but `test` may be empty then.
  std::string unsteady;
};

// The search says on standard error what it is doing, as `who`.
class SpoilerSearch {
 public:
  // `runs` must outlive the search.
  SpoilerSearch(const char* who, IsolationRuns& runs) : who_(who), runs_(runs) {}

  // Looks for the spoilers of the last test of `sequence`, which came out as `expected` there (empty: any outcome).
  // Errors: a run could not be made; Cancelled: by a signal.
  absl::StatusOr<Finding> For(isolation::Sequence sequence, const std::string& expected);

  // Writes a line to standard error.
  void Say(const std::string& text) const;
  // Says why a search could not be made, and gives the exit code.
  static int Fail(const absl::Status& status);

 private:
  const char* const who_;
  IsolationRuns& runs_;
};

// "tests/a.py::test", and "(2)" where the same id is run more than once.
std::string NameOf(const v1::TestRef& test);

// Prints what was found, with a command to see it.
void Print(const Finding& finding);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_SPOILER_SEARCH_H_
