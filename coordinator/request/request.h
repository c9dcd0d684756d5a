// What a user asks of a run: the values of the command line, with addopts and PYTEST_ADDOPTS.
#ifndef FASTEST_COORDINATOR_REQUEST_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/discovery_options.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/farm_request.h"
#include "coordinator/request/history_request.h"
#include "coordinator/request/invocation.h"
#include "coordinator/request/report_request.h"
#include "coordinator/request/run_request.h"
#include "coordinator/request/shard_request.h"
#include "coordinator/request/warm_request.h"

namespace fastest::request {

struct Request {
  RunRequest run;
  FarmRequest farm;
  ShardRequest shard;
  ReportRequest report;
  HistoryRequest history;
  WarmRequest warm;
  // What to look for in the project's files.
  discovery::DiscoveryOptions discovery;
  // Lines for the user: what the options led to.
  std::vector<std::string> notes;
};

// `typed`: the command line, with environment and settings file. `project`: what was found for it. Errors:
// InvalidArgument with one line.
absl::StatusOr<Request> MakeRequest(const options::CommandLine& typed, const discovery::ProjectConfig& project,
                                    const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_REQUEST_H_
