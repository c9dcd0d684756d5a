#include "coordinator/commands/bisect.h"

#include "absl/status/statusor.h"
#include "coordinator/commands/runs/isolation_runs.h"
#include "coordinator/commands/runs/spoiler_search.h"
#include "proto/exit_code.h"

namespace fastest::commands {

int BisectCommand(const isolation::Sequence& sequence, const request::RunRequest& request) {
  IsolationRuns runs(request);
  if (const absl::Status ready = runs.Ready(); !ready.ok()) return SpoilerSearch::Fail(ready);
  const absl::StatusOr<Finding> finding = SpoilerSearch("bisect", runs).For(sequence, "");
  if (!finding.ok()) return SpoilerSearch::Fail(finding.status());
  Print(*finding);
  return finding->unsteady.empty() ? kOk : kTestsFailed;
}

}  // namespace fastest::commands
