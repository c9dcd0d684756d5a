#include "coordinator/agents/agent_status.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/net/grpc_limits.h"
#include "base/net/grpc_status.h"
#include "base/net/transport_security.h"
#include "base/status_macros.h"
#include "coordinator/agents/agent_list.h"
#include "proto/agent_service.grpc.pb.h"
#include "proto/exit_code.h"

namespace fastest::agents {
namespace {

// An agent that is there answers at once, however busy its workers are.
constexpr std::chrono::seconds kPatience(5);

struct Call {
  grpc::ClientContext context;
  std::unique_ptr<v1::Agent::Stub> stub;
  v1::StatusRequest status;
  v1::DrainRequest drain;
};

std::vector<AgentAnswer> Ask(const std::vector<std::string>& addresses, const TransportSecurity& security, bool drain) {
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
      if (!status.ok()) answer.error = absl::UnavailableError(PlainReason(status.error_message()));
      waiting.DecrementCount();
    };
    drain ? call.stub->async()->Drain(&call.context, &call.drain, &answer.status, done)
          : call.stub->async()->Status(&call.context, &call.status, &answer.status, done);
  }
  waiting.Wait();
  return answers;
}

std::string Bytes(uint64_t bytes) {
  constexpr double kGibi = 1 << 30;
  return bytes == 0 ? "-" : absl::StrFormat("%.1f GiB", static_cast<double>(bytes) / kGibi);
}

// "3d 4h", "5h 20m", "12m", "40s".
std::string Span(double seconds) {
  const auto s = static_cast<int64_t>(std::max(0.0, seconds));
  if (s >= 86400) return absl::StrCat(s / 86400, "d ", s % 86400 / 3600, "h");
  if (s >= 3600) return absl::StrCat(s / 3600, "h ", s % 3600 / 60, "m");
  return s >= 60 ? absl::StrCat(s / 60, "m") : absl::StrCat(s, "s");
}

uint32_t WorkersOf(const v1::AgentStatus& status) {
  uint32_t workers = 0;
  for (const v1::AgentStatus::Run& run : status.runs()) workers += run.workers();
  return workers;
}

std::vector<std::string> RowOf(const AgentAnswer& answer) {
  const v1::AgentStatus& status = answer.status;
  uint64_t results = 0;
  for (const auto& [outcome, count] : status.results()) results += count;
  return {status.name(),
          answer.address,
          status.draining()        ? "ending"
          : status.runs_size() > 0 ? "busy"
                                   : "ready",
          status.version(),
          absl::StrCat(status.slots()),
          absl::StrCat(status.runs_size()),
          absl::StrCat(WorkersOf(status)),
          absl::StrCat(results),
          absl::StrCat(status.workers_died()),
          absl::StrFormat("%.2f", status.load()),
          Bytes(status.memory_available()),
          Bytes(status.disk_available()),
          Span(status.now() - status.started_at())};
}

void Print(const std::string& text, bool to_stderr) {
  std::FILE* const file = to_stderr ? stderr : stdout;
  fwrite(text.data(), 1, text.size(), file);
  fflush(file);
}

absl::StatusOr<int> TryAskAgents(const request::FarmOptions& options, bool text_to_stderr) {
  ASSIGN_OR_RETURN(const TransportSecurity security, TransportSecurity::Load(options.security));
  std::vector<std::string> listed;
  if (!options.agents.empty()) {
    ASSIGN_OR_RETURN(const AgentList list, AgentList::Parse(options.agents));
    std::vector<std::string> problems;
    const std::set<std::string> addresses = list.Addresses(&problems);
    if (!problems.empty()) return absl::InvalidArgumentError(problems.front());
    listed.assign(addresses.begin(), addresses.end());
  }
  for (const std::string& address : listed) RETURN_IF_ERROR(security.MayDial(address));
  std::vector<AgentAnswer> answers = Ask(listed, security, /*drain=*/false);
  if (!options.drain.empty()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> leaving, AddressesToDrain(options.drain, answers));
    for (const std::string& address : leaving) RETURN_IF_ERROR(security.MayDial(address));
    answers = Ask(leaving, security, /*drain=*/true);
    for (AgentAnswer& answer : answers) answer.status.set_draining(true);
  }
  Print(options.status_json ? StatusJson(answers) : StatusTable(answers), text_to_stderr);
  const bool all = std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.error.ok(); });
  return all ? kOk : kNotRun;
}

}  // namespace

std::string StatusTable(const std::vector<AgentAnswer>& answers) {
  std::vector<std::vector<std::string>> rows = {{"AGENT", "ADDRESS", "STATE", "VERSION", "SLOTS", "RUNS", "WORKERS",
                                                 "RESULTS", "DIED", "LOAD", "MEMORY", "DISK", "UP"}};
  for (const AgentAnswer& answer : answers) {
    if (answer.error.ok()) rows.push_back(RowOf(answer));
  }
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  // Without a single answer there is nothing to head.
  for (const std::vector<std::string>& row : rows.size() > 1 ? rows : decltype(rows)()) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) absl::StrAppendFormat(&line, "%-*s  ", static_cast<int>(widths[i]), row[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  for (const AgentAnswer& answer : answers) {
    if (!answer.error.ok()) absl::StrAppend(&text, answer.address, ": no answer: ", answer.error.message(), "\n");
  }
  return text;
}

std::string StatusJson(const std::vector<AgentAnswer>& answers) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const AgentAnswer& answer : answers) {
    nlohmann::ordered_json agent = {{"address", answer.address}};
    if (!answer.error.ok()) {
      agent["error"] = std::string(answer.error.message());
      all.push_back(std::move(agent));
      continue;
    }
    const v1::AgentStatus& status = answer.status;
    agent["name"] = status.name();
    agent["hostname"] = status.hostname();
    agent["labels"] = std::map<std::string, std::string>(status.labels().begin(), status.labels().end());
    agent["version"] = status.version();
    agent["protocol_version"] = status.protocol_version();
    agent["draining"] = status.draining();
    agent["slots"] = status.slots();
    agent["runs"] = nlohmann::ordered_json::array();
    for (const v1::AgentStatus::Run& run : status.runs()) {
      agent["runs"].push_back({{"run_id", run.run_id()},
                               {"started_at", run.started_at()},
                               {"workers", run.workers()},
                               {"results", run.results()}});
    }
    agent["runs_begun"] = status.runs_begun();
    agent["workers_started"] = status.workers_started();
    agent["workers_died"] = status.workers_died();
    agent["results"] = std::map<std::string, uint64_t>(status.results().begin(), status.results().end());
    agent["load"] = status.load();
    agent["memory_available"] = status.memory_available();
    agent["disk_available"] = status.disk_available();
    agent["started_at"] = status.started_at();
    agent["now"] = status.now();
    all.push_back(std::move(agent));
  }
  return absl::StrCat(all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace), "\n");
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

int AskAgents(const request::FarmOptions& options, bool text_to_stderr) {
  const absl::StatusOr<int> exit_code = TryAskAgents(options, text_to_stderr);
  if (exit_code.ok()) return *exit_code;
  fprintf(stderr, "ERROR: %s\n", std::string(exit_code.status().message()).c_str());
  return kUsageError;
}

}  // namespace fastest::agents
