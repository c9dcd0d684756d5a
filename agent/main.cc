// fastest-agent: wires the pieces together; every decision is elsewhere.
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "agent/agent.h"
#include "agent/agent_options.h"
#include "agent/agent_surroundings.h"
#include "base/net/grpc_log.h"
#include "base/process/standard_streams.h"

namespace fastest::agent {
namespace {

constexpr int kError = 1;
constexpr int kUsageError = 4;

int Main(int argc, char** argv) {
  OpenMissingStandardStreams();
  SilenceGrpcLog();
  const AgentSurroundings surroundings = ReadSurroundings();
  const ParsedAgentOptions parsed = ParseAgentOptions(argc, argv, surroundings);
  if (parsed.exit) {
    fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  const absl::StatusOr<std::unique_ptr<Agent>> agent = Agent::Start(parsed.options, surroundings.hostname);
  if (agent.ok()) return (*agent)->Run();
  // Two runs have ended at the same time: one warm agent will do.
  if (absl::IsAlreadyExists(agent.status())) return 0;
  absl::FPrintF(stderr, "fastest-agent: %s\n", std::string(agent.status().message()));
  return absl::IsInvalidArgument(agent.status()) ? kUsageError : kError;
}

}  // namespace
}  // namespace fastest::agent

int main(int argc, char** argv) { return fastest::agent::Main(argc, argv); }
