// Which tests of the suite this run has: --shard, --plan-file and --rerun-from.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_SHARE_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_SHARE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/plan/planner.h"
#include "coordinator/request/shard_request.h"
#include "coordinator/shards/share.h"

namespace fastest::commands {

// `modules`: all that discovery found, for a shard without --plan-file. InvalidArgument or NotFound: one line that
// names the file or the option that cannot be used.
absl::StatusOr<shards::Share> ShareFor(const request::ShardRequest& request,
                                       const std::vector<plan::ModuleEstimate>& modules);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_SHARE_H_
