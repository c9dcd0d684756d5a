// Agents on other machines: where they are, what their tests get, and what is asked of them in place of a run.
#ifndef FASTEST_COORDINATOR_REQUEST_FARM_REQUEST_H_
#define FASTEST_COORDINATOR_REQUEST_FARM_REQUEST_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/net/transport_security.h"
#include "coordinator/discovery/project/project_config.h"
#include "coordinator/options/command_line.h"
#include "coordinator/request/invocation.h"

namespace fastest::request {

struct FarmRequest {
  // As typed: see agents::AgentList.
  std::string agents;
  std::string listen;
  std::string port_file;
  int min_agents = 1;
  // Negative: not given.
  double wait_s = -1;
  double lease_s = 20;
  // Variables for the tests there.
  std::map<std::string, std::string> environment;
  // Variables that the tests there must not have, even if the agent has them.
  std::vector<std::string> absent_environment;
  bool allow_stale = false;
  SecurityOptions security;
  // The coordinator's.
  std::string rootdir;

  // --status, --status=json and --drain, in place of a run.
  bool status = false;
  bool status_json = false;
  std::vector<std::string> drain;

  // Tells the user that --workers has no effect on a farm; empty if it is not given.
  std::string note;

  // Whether the tests run on other machines.
  bool used() const { return !agents.empty() || !listen.empty(); }
  // Whether agents are asked something in place of a run.
  bool asks() const { return status || !drain.empty(); }
};

// Errors: InvalidArgument with one line.
absl::StatusOr<FarmRequest> ReadFarmRequest(const options::CommandLine& line, const discovery::ProjectConfig& project,
                                            const Invocation& invocation);

}  // namespace fastest::request

#endif  // FASTEST_COORDINATOR_REQUEST_FARM_REQUEST_H_
