// What --status prints of agents.
#ifndef FASTEST_COORDINATOR_COMMANDS_TEXT_STATUS_TEXT_H_
#define FASTEST_COORDINATOR_COMMANDS_TEXT_STATUS_TEXT_H_

#include <string>
#include <vector>

#include "coordinator/agents/agent_status.h"

namespace fastest::commands {

// A table for people.
std::string StatusTable(const std::vector<agents::AgentAnswer>& answers);
// A JSON array for programs: an object for each agent, with its address, and its status or "error".
std::string StatusJson(const std::vector<agents::AgentAnswer>& answers);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_TEXT_STATUS_TEXT_H_
