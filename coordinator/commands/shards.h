// The options of a run that is divided among jobs: what they ask for is read here, and done by coordinator/fleet.
#ifndef FASTEST_COORDINATOR_COMMANDS_SHARDS_H_
#define FASTEST_COORDINATOR_COMMANDS_SHARDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/plan/planner.h"
#include "coordinator/request/request.h"
#include "coordinator/shards/share.h"

namespace fastest::commands {

// What is to be run here: by --shard, --plan-file and --rerun-from. `modules`: all that discovery found, for a plan of our own. Errors are
// one line that names the file or option.
absl::StatusOr<shards::Share> ShareFor(const request::ShardOptions& options,
                                       const std::vector<plan::ModuleEstimate>& modules);

// --shards N --plan-out FILE: writes the plan. Gives lines for the user.
absl::StatusOr<std::string> WriteShardPlan(const request::ShardOptions& options,
                                           const std::vector<plan::ModuleEstimate>& modules, bool measured);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_SHARDS_H_
