// A run as one of several that cannot reach each other.
#ifndef FASTEST_COORDINATOR_REQUEST_SHARD_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_SHARD_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

struct ShardRequest {
  // The I of --shard I/N; 0: not given.
  int shard = 0;
  // The N of --shard I/N, or the N of --shards.
  int shards = 0;
  // Absolute paths; empty: none.
  std::string plan_file;
  std::string plan_out;
  std::vector<std::string> rerun_from;
  // --order=pytest: no module is divided among shards.
  bool keep_modules = false;
  // The words that choose the tests and say how they may be divided. A plan is recognised by them.
  std::vector<std::string> selection;
};

// `typed`: what `line` was before addopts and PYTEST_ADDOPTS were added. Errors: InvalidArgument with one line.
absl::StatusOr<ShardRequest> ReadShardRequest(const options::CommandLine& line, const options::CommandLine& typed,
                                              const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_SHARD_REQUEST_H_
