// Which tests of the suite this run has: --shard, --plan-file and --rerun-from.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_SHARE_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_SHARE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/plan/planner.h"
#include "coordinator/request/shard_request.h"
#include "coordinator/shards/parts.h"
#include "coordinator/shards/shard_plan.h"
#include "coordinator/shards/share.h"

namespace fastest::commands {

// What the files say that these options name. A value.
struct ShareFiles {
  // Of --plan-file.
  std::optional<shards::ShardPlan> plan;
  // Of --rerun-from: all that its files hold, of every shard.
  std::vector<shards::Part> earlier;
};

// Called before any output is opened: a report may lie in a folder that is read. InvalidArgument or NotFound: one line
// that names the file or the option that cannot be used.
absl::StatusOr<ShareFiles> ReadShareFiles(const request::ShardRequest& request);

// `modules`: all that discovery found, for a shard without --plan-file. InvalidArgument: the earlier runs of `files`
// were divided in another way.
absl::StatusOr<shards::Share> ShareFor(const request::ShardRequest& request, ShareFiles files,
                                       const std::vector<plan::ModuleEstimate>& modules);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_SHARE_H_
