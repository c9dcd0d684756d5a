#include "coordinator/request/farm_request.h"

#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "coordinator/request/value_reader.h"

namespace fastest::request {
namespace {

constexpr Range kAgents = {1, std::numeric_limits<int>::max(), "a number from 1 on"};

// pytest reads these itself. So the machines of the tests must have them as this machine has them, or lack them like
// it.
constexpr const char* kPytestVariables[] = {"PYTEST_ADDOPTS",
                                            "PYTEST_PLUGINS",
                                            "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
                                            "PY_COLORS",
                                            "NO_COLOR",
                                            "FORCE_COLOR",
                                            "CI",
                                            "BUILD_NUMBER",
                                            "PYTEST_THEME",
                                            "PYTEST_THEME_MODE"};

// Tests that make OpenTelemetry traces attach them to the trace of this run's caller.
constexpr const char* kTraceVariables[] = {"TRACEPARENT", "TRACESTATE"};

absl::Status ReadEnvironment(const options::CommandLine& line, const Invocation& invocation, FarmRequest& farm) {
  std::map<std::string, std::string>& environment = farm.environment;
  const auto pass = [&](const std::string& name) {
    if (const char* value = invocation.getenv(name.c_str()); value != nullptr) environment[name] = value;
  };
  for (const char* name : kPytestVariables) pass(name);
  for (const char* name : kTraceVariables) pass(name);
  for (const std::string& names : line.All("--pass-env")) {
    for (absl::string_view name : absl::StrSplit(names, ',', absl::SkipWhitespace())) {
      pass(std::string(absl::StripAsciiWhitespace(name)));
    }
  }
  for (const std::string& assignment : line.All("--set-env")) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      const bool typed = line.origins.count("--set-env") == 0;
      return absl::InvalidArgumentError(
          absl::StrCat(typed ? "--set-env " + assignment : line.Given("--set-env"), ": NAME=VALUE is needed"));
    }
    environment[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  for (const char* name : kPytestVariables) {
    if (environment.count(name) == 0) farm.absent_environment.push_back(name);
  }
  return absl::OkStatus();
}

absl::Status ReadAddresses(const ValueReader& reader, FarmRequest& farm) {
  farm.agents = reader.Text("--agents");
  farm.listen = reader.Text("--listen");
  for (const char* option : {"--agents", "--listen"}) {
    if (reader.Has(option) && reader.Text(option).empty()) {
      return reader.Wrong(option, "an address is needed, HOST:PORT");
    }
  }
  if (!farm.listen.empty()) {
    const std::string wrong = WhyNotHostPort(farm.listen, 0);
    if (!wrong.empty()) return reader.Wrong("--listen", wrong);
  }
  ASSIGN_OR_RETURN(farm.port_file, reader.PortFile("--port-file", "--listen"));
  return absl::OkStatus();
}

absl::Status ReadPatience(const ValueReader& reader, FarmRequest& farm) {
  ASSIGN_OR_RETURN(farm.min_agents, reader.Number("--min-agents", farm.min_agents, kAgents));
  ASSIGN_OR_RETURN(farm.wait_s, reader.Seconds("--wait-agents", farm.wait_s));
  ASSIGN_OR_RETURN(farm.lease_s, reader.Seconds("--lease", farm.lease_s));
  if (farm.lease_s <= 0) {
    return reader.Wrong("--lease", "more than 0 seconds are needed; with 0 every agent would be lost at once");
  }
  return absl::OkStatus();
}

absl::Status ReadQuestions(const options::CommandLine& line, const ValueReader& reader, FarmRequest& farm) {
  ASSIGN_OR_RETURN(const std::optional<std::string> form, reader.FlagOrWord("--status", "json"));
  farm.status = form.has_value();
  farm.status_json = form == "json";
  if (farm.status && farm.agents.empty()) {
    return absl::InvalidArgumentError("--status needs agents to ask: name them with --agents");
  }
  farm.drain = line.All("--drain");
  return absl::OkStatus();
}

SecurityOptions ReadSecurity(const ValueReader& reader) {
  SecurityOptions security;
  security.flags = {"--tls-ca", "--tls-cert", "--tls-key", "--token-file", "--insecure"};
  security.tls_ca = reader.Path("--tls-ca");
  security.tls_cert = reader.Path("--tls-cert");
  security.tls_key = reader.Path("--tls-key");
  security.token_file = reader.Path("--token-file");
  security.insecure = reader.Has("--insecure");
  return security;
}

}  // namespace

absl::StatusOr<FarmRequest> ReadFarmRequest(const options::CommandLine& line, const discovery::ProjectConfig& project,
                                            const Invocation& invocation) {
  const ValueReader reader(line, invocation);
  FarmRequest farm;
  farm.rootdir = project.rootdir;
  RETURN_IF_ERROR(ReadAddresses(reader, farm));
  RETURN_IF_ERROR(ReadPatience(reader, farm));
  RETURN_IF_ERROR(ReadQuestions(line, reader, farm));
  RETURN_IF_ERROR(ReadEnvironment(line, invocation, farm));
  farm.allow_stale = reader.Has("--allow-stale");
  farm.security = ReadSecurity(reader);
  if (farm.used() && reader.Has("--workers")) {
    farm.note =
        absl::StrCat(line.Given("--workers"), " is ignored: agents bring their own slots (fastest-agent --slots)");
  }
  return farm;
}

}  // namespace fastest::request
