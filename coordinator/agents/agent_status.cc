#include "coordinator/agents/agent_status.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/net/grpc_limits.h"
#include "base/net/grpc_status.h"
#include "base/net/transport_security.h"
#include "proto/agent_service.grpc.pb.h"
#include "proto/border.h"

namespace fastest::agents {
namespace {

// A reachable agent answers at once, however busy its workers are.
constexpr std::chrono::seconds kPatience(5);

struct Call {
  grpc::ClientContext context;
  std::unique_ptr<v1::Agent::Stub> stub;
  v1::StatusRequest status;
  v1::DrainRequest drain;
};

}  // namespace

std::vector<AgentAnswer> AskAgents(const std::vector<std::string>& addresses, const TransportSecurity& security,
                                   bool drain) {
  std::vector<AgentAnswer> answers(addresses.size());
  std::vector<Call> calls(addresses.size());
  absl::BlockingCounter waiting(static_cast<int>(addresses.size()));
  for (size_t i = 0; i < addresses.size(); ++i) {
    Call& call = calls[i];
    AgentAnswer& answer = answers[i];
    answer.address = addresses[i];
    call.stub = v1::Agent::NewStub(
        grpc::CreateCustomChannel(answer.address, security.ForClient(answer.address), ClientArguments(answer.address)));
    security.Present(&call.context);
    call.context.set_deadline(std::chrono::system_clock::now() + kPatience);
    const auto done = [&answer, &waiting](const grpc::Status& status) {
      if (!status.ok()) answer.error = absl::UnavailableError(ShownLine(PlainReason(status.error_message())));
      waiting.DecrementCount();
    };
    drain ? call.stub->async()->Drain(&call.context, &call.drain, &answer.status, done)
          : call.stub->async()->Status(&call.context, &call.status, &answer.status, done);
  }
  waiting.Wait();
  for (AgentAnswer& answer : answers) Sanitize(&answer.status);
  return answers;
}

absl::StatusOr<std::vector<std::string>> AddressesToDrain(const std::vector<std::string>& wanted,
                                                          const std::vector<AgentAnswer>& answers) {
  std::vector<std::string> addresses;
  for (const std::string& agent : wanted) {
    if (WhyNotHostPort(agent, 1).empty()) {
      addresses.push_back(agent);
      continue;
    }
    std::vector<std::string> found;
    for (const AgentAnswer& answer : answers) {
      if (answer.error.ok() && answer.status.name() == agent) found.push_back(answer.address);
    }
    if (found.empty()) {
      return absl::NotFoundError(
          absl::StrCat("--drain ", agent, ": none of --agents has this name; give HOST:PORT, or all of --agents"));
    }
    if (found.size() > 1) {
      return absl::InvalidArgumentError(absl::StrCat("--drain ", agent, ": several have this name, ", found[0], " and ",
                                                     found[1], ": give HOST:PORT"));
    }
    addresses.push_back(found.front());
  }
  return addresses;
}

}  // namespace fastest::agents
