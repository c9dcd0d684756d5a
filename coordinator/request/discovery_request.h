// What discovery has to look for: the project, and the tests in it.
#ifndef FASTEST_COORDINATOR_REQUEST_DISCOVERY_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_DISCOVERY_REQUEST_H_

#include "absl/status/statusor.h"
#include "coordinator/discovery/project/discovery_options.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

// For finding the project of what was typed.
discovery::ProjectOptions ReadProjectOptions(const options::CommandLine& typed, const Invocation& invocation);

// For finding its tests. Discovery reads addopts itself, so `typed` is without them. InvalidArgument: PYTEST_ADDOPTS
// cannot be divided into words.
absl::StatusOr<discovery::DiscoveryOptions> ReadDiscoveryOptions(const options::CommandLine& typed,
                                                                 const discovery::ProjectConfig& project,
                                                                 const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_DISCOVERY_REQUEST_H_
