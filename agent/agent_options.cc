#include "agent/agent_options.h"

#include <CLI/CLI.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/version.h"

namespace fastest::agent {
namespace {

constexpr int kUsageError = 4;
constexpr uint32_t kMaxSlots = 4096;

// Empty if a coordinator may be looked for at `address`, else what is wrong.
std::string WhyNotJoin(const std::string& address) {
  if (!absl::StartsWith(address, "unix:")) return WhyNotHostPort(address, 1);
  return address.size() > 5 ? "" : "unix: lacks a path";
}

std::string WhyNotLabel(const std::string& label) {
  const size_t equals = label.find('=');
  return equals != std::string::npos && equals > 0 ? "" : absl::StrCat("\"", label, "\" is not KEY=VALUE");
}

// "auto" or a number.
std::string ParseSlots(const std::string& text, uint32_t cores, uint32_t* slots) {
  *slots = cores;
  if (text == "auto") return "";
  if (absl::SimpleAtoi(text, slots) && *slots >= 1 && *slots <= kMaxSlots) return "";
  return absl::StrCat("\"", text, "\" is neither auto nor a number from 1 to ", kMaxSlots);
}

}  // namespace

ParsedAgentOptions ParseAgentOptions(int argc, const char* const* argv, const AgentSurroundings& surroundings) {
  ParsedAgentOptions parsed;
  AgentOptions& options = parsed.options;
  options.name = surroundings.hostname;
  options.python = surroundings.virtual_env.empty() ? "python3" : surroundings.virtual_env + "/bin/python";
  options.runner = surroundings.runner;
  options.slots = surroundings.cores;
  options.workdir = surroundings.working_dir;

  CLI::App app("Keeps warm Python workers and runs batches of tests in them for a coordinator.", "fastest-agent");
  CLI::Option* const listen =
      app.add_option("--listen", options.listen,
                     "Wait for coordinators here (fastest-coordinator --agents); port 0: any")
          ->type_name("HOST:PORT")
          ->check(CLI::Validator([](const std::string& address) { return WhyNotHostPort(address, 0); }, ""));
  CLI::Option* const join = app.add_option("--join", options.join,
                                           "Work for the coordinators that listen here (fastest-coordinator --listen), "
                                           "one run after the other")
                                ->type_name("HOST:PORT")
                                ->check(CLI::Validator(WhyNotJoin, ""));
  join->excludes(listen);
  app.add_option("--warm-socket", options.warm_socket, "")
      ->group("")
      ->excludes(listen)
      ->excludes(join)
      ->check(CLI::Validator(
          [](const std::string& path) {
            return absl::StartsWith(path, "/") ? std::string() : "an absolute path is needed";
          },
          ""));
  app.add_option("--port-file", options.port_file, "With --listen: write the bound HOST:PORT into this file")
      ->type_name("FILE")
      ->needs(listen);
  CLI::Option* const metrics =
      app.add_option("--metrics", options.metrics,
                     "Tell Prometheus how this agent does: http://HOST:PORT/metrics, to whoever asks; port 0: any")
          ->type_name("HOST:PORT")
          ->check(CLI::Validator([](const std::string& address) { return WhyNotHostPort(address, 0); }, ""));
  app.add_option("--metrics-port-file", options.metrics_port_file,
                 "With --metrics: write the bound HOST:PORT into this file")
      ->type_name("FILE")
      ->needs(metrics);
  app.add_option("--idle-exit", options.idle_exit_s, "End after so long without a run (default: never)")
      ->type_name("SECONDS")
      ->check(CLI::Validator(
          [](const std::string& text) {
            double seconds = 0;
            return absl::SimpleAtod(text, &seconds) && seconds > 0 && seconds < 1e9
                       ? std::string()
                       : absl::StrCat("\"", text, "\" is not a number of seconds");
          },
          ""));
  app.add_option("--workdir", options.workdir,
                 "This machine's counterpart of the coordinator's rootdir (default: the current directory)")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory);
  app.add_option("--label", options.labels, "Say something about this agent in reports; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Validator(WhyNotLabel, ""));
  app.add_option("--tls-ca", options.security.tls_ca, "Certificate authority that the other side must be known to")
      ->type_name("FILE");
  app.add_option("--tls-cert", options.security.tls_cert, "This agent's certificate")->type_name("FILE");
  app.add_option("--tls-key", options.security.tls_key, "Its key")->type_name("FILE");
  app.add_option("--token-file", options.security.token_file, "Secret word that both sides share")->type_name("FILE");
  app.add_flag("--insecure", options.security.insecure, "Allow plain text, and anybody, beyond this machine");
  const CLI::Validator slots(
      [&](const std::string& text) { return ParseSlots(text, surroundings.cores, &options.slots); }, "");
  std::string slots_text;
  app.add_option("--slots", slots_text, "Workers that run at the same time (default: auto, one for each core)")
      ->type_name("N|auto")
      ->check(slots);
  app.add_option("--name", options.name, "Name of this agent in reports (default: the machine's)")->type_name("NAME");
  app.add_option("--python", options.python,
                 "Interpreter for the workers, where the run names none (default: the active virtual environment's, "
                 "else python3)")
      ->type_name("PATH");
  app.add_option("--runner", options.runner, "")->group("");
  app.add_flag("--embedded", options.embedded, "")->group("");
  app.set_version_flag("--version", absl::StrCat("fastest-agent ", kVersion), "Print the version and exit");

  try {
    app.parse(argc, argv);
    if (options.join.empty() && options.listen.empty() && options.warm_socket.empty()) {
      throw CLI::RequiredError("--listen HOST:PORT or --join HOST:PORT");
    }
    // The process will stand elsewhere.
    for (std::string* path : {&options.workdir, &options.port_file, &options.metrics_port_file}) {
      if (!path->empty() && path->front() != '/') *path = absl::StrCat(surroundings.working_dir, "/", *path);
    }
    while (options.workdir.size() > 1 && options.workdir.back() == '/') options.workdir.pop_back();
  } catch (const CLI::Success& wish) {
    parsed.exit = true;
    parsed.text = wish.get_name() == "CallForHelp" ? app.help() : absl::StrCat(wish.what(), "\n");
  } catch (const CLI::ParseError& error) {
    parsed.exit = true;
    parsed.exit_code = kUsageError;
    parsed.text = absl::StrCat("fastest-agent: ", error.what(), " (--help lists the options)\n");
  }
  return parsed;
}

}  // namespace fastest::agent
