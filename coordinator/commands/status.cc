#include "coordinator/commands/status.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/net/transport_security.h"
#include "base/status_macros.h"
#include "coordinator/agents/agent_list.h"
#include "coordinator/agents/agent_status.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/commands/text/status_text.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

// The addresses of --agents.
absl::StatusOr<std::vector<std::string>> Listed(const request::FarmRequest& request) {
  if (request.agents.empty()) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const agents::AgentList list, agents::AgentList::Parse(request.agents));
  std::vector<std::string> problems;
  const std::set<std::string> addresses = list.Addresses(&problems);
  if (!problems.empty()) return absl::InvalidArgumentError(problems.front());
  return std::vector<std::string>(addresses.begin(), addresses.end());
}

absl::StatusOr<std::vector<agents::AgentAnswer>> Ask(const std::vector<std::string>& addresses,
                                                     const TransportSecurity& security, bool drain) {
  for (const std::string& address : addresses) RETURN_IF_ERROR(security.MayDial(address));
  return agents::AskAgents(addresses, security, drain);
}

absl::StatusOr<std::vector<agents::AgentAnswer>> AskOrDrain(const request::FarmRequest& request) {
  ASSIGN_OR_RETURN(const TransportSecurity security, TransportSecurity::Load(request.security));
  ASSIGN_OR_RETURN(const std::vector<std::string> listed, Listed(request));
  ASSIGN_OR_RETURN(std::vector<agents::AgentAnswer> answers, Ask(listed, security, /*drain=*/false));
  if (request.drain.empty()) return answers;
  ASSIGN_OR_RETURN(const std::vector<std::string> leaving, agents::AddressesToDrain(request.drain, answers));
  ASSIGN_OR_RETURN(answers, Ask(leaving, security, /*drain=*/true));
  for (agents::AgentAnswer& answer : answers) answer.status.set_draining(true);
  return answers;
}

}  // namespace

int StatusCommand(const request::FarmRequest& request, bool text_to_stderr) {
  const absl::StatusOr<std::vector<agents::AgentAnswer>> answers = AskOrDrain(request);
  if (!answers.ok()) return Fail(answers.status(), kUsageError);
  Print(request.status_json ? StatusJson(*answers) : StatusTable(*answers), text_to_stderr);
  const bool all = std::all_of(answers->begin(), answers->end(), [](const auto& answer) { return answer.error.ok(); });
  return all ? kOk : kNotRun;
}

}  // namespace fastest::commands
