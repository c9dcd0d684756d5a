#include "agent/agent_options.h"

#include <CLI/CLI.hpp>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/version_text.h"

namespace fastest::agent {
namespace {

constexpr int kUsageError = 4;
constexpr uint32_t kMaxSlots = 4096;

// Each of these gives what is wrong with a value; empty: nothing is.

std::string WhyNotJoin(const std::string& address) {
  if (!absl::StartsWith(address, "unix:")) return WhyNotHostPort(address, 1);
  return address.size() > 5 ? "" : "unix: lacks a path";
}

std::string WhyNotListen(const std::string& address) { return WhyNotHostPort(address, 0); }

std::string WhyNotAbsolute(const std::string& path) {
  return absl::StartsWith(path, "/") ? "" : "an absolute path is needed";
}

std::string WhyNotSeconds(const std::string& text) {
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds) && seconds > 0 && seconds < 1e9) return "";
  return absl::StrCat("\"", text, "\" is not a number of seconds");
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

// --help lists the options in the order in which they are added.
class CommandLine {
 public:
  CommandLine(const AgentSurroundings& surroundings, AgentOptions* options)
      : surroundings_(surroundings),
        options_(*options),
        app_("Keeps warm Python workers and runs batches of tests in them for a coordinator.", "fastest-agent") {
    options_.name = surroundings.hostname;
    options_.python = surroundings.virtual_env.empty() ? "python3" : surroundings.virtual_env + "/bin/python";
    options_.runner = surroundings.runner;
    options_.slots = surroundings.cores;
    options_.workdir = surroundings.working_dir.value_or("");
    AddAddresses();
    AddMetrics();
    AddPlace();
    AddSecurity();
    AddWorkers();
    app_.set_version_flag(
        "--version", [] { return std::string(absl::StripTrailingAsciiWhitespace(VersionText(Program::kAgent))); },
        "Print the version and exit");
  }

  std::string Help() const { return app_.help(); }

  // Throws CLI::Success and CLI::ParseError.
  void Parse(int argc, const char* const* argv) {
    app_.parse(argc, argv);
    if (options_.join.empty() && options_.listen.empty() && options_.warm_socket.empty()) {
      throw CLI::RequiredError("--listen HOST:PORT or --join HOST:PORT");
    }
    if (options_.workdir.empty()) options_.workdir = WorkingDir();
    // The process leaves its directory.
    for (std::string* path : {&options_.workdir, &options_.port_file, &options_.metrics_port_file}) {
      if (!path->empty() && path->front() != '/') *path = absl::StrCat(WorkingDir(), "/", *path);
    }
    while (options_.workdir.size() > 1 && options_.workdir.back() == '/') options_.workdir.pop_back();
  }

 private:
  // Throws CLI::ValidationError if the directory is gone.
  std::string WorkingDir() const {
    if (surroundings_.working_dir.ok()) return *surroundings_.working_dir;
    throw CLI::ValidationError(std::string(surroundings_.working_dir.status().message()));
  }

  void AddAddresses() {
    CLI::Option* const listen =
        app_.add_option("--listen", options_.listen,
                        "Wait for coordinators here (fastest-coordinator --agents); port 0: any free port")
            ->type_name("HOST:PORT")
            ->check(CLI::Validator(WhyNotListen, ""));
    CLI::Option* const join =
        app_.add_option("--join", options_.join,
                        "Work for the coordinators that listen here (fastest-coordinator --listen), "
                        "one run after the other")
            ->type_name("HOST:PORT")
            ->check(CLI::Validator(WhyNotJoin, ""));
    join->excludes(listen);
    app_.add_option("--warm-socket", options_.warm_socket, "")
        ->group("")
        ->excludes(listen)
        ->excludes(join)
        ->check(CLI::Validator(WhyNotAbsolute, ""));
    app_.add_option("--port-file", options_.port_file, "With --listen: write the bound HOST:PORT into this file")
        ->type_name("FILE")
        ->needs(listen);
  }

  void AddMetrics() {
    CLI::Option* const metrics =
        app_.add_option("--metrics", options_.metrics,
                        "Serve metrics to Prometheus, without a token: http://HOST:PORT/metrics; port 0: any free port")
            ->type_name("HOST:PORT")
            ->check(CLI::Validator(WhyNotListen, ""));
    app_.add_option("--metrics-port-file", options_.metrics_port_file,
                    "With --metrics: write the bound HOST:PORT into this file")
        ->type_name("FILE")
        ->needs(metrics);
  }

  void AddPlace() {
    app_.add_option("--idle-exit", options_.idle_exit_s, "End after this time without a run (default: never)")
        ->type_name("SECONDS")
        ->check(CLI::Validator(WhyNotSeconds, ""));
    app_.add_option("--workdir", options_.workdir,
                    "This machine's counterpart of the coordinator's rootdir (default: the current directory)")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    app_.add_option("--label", options_.labels, "Describe this agent in reports; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(CLI::Validator(WhyNotLabel, ""));
  }

  void AddSecurity() {
    SecurityOptions& security = options_.security;
    security.flags = {"--tls-ca", "--tls-cert", "--tls-key", "--token-file", "--insecure"};
    const SecurityFlags& flags = security.flags;
    app_.add_option(flags.tls_ca, security.tls_ca, "Certificate authority that signed the other side's certificate")
        ->type_name("FILE");
    app_.add_option(flags.tls_cert, security.tls_cert, "This agent's certificate")->type_name("FILE");
    app_.add_option(flags.tls_key, security.tls_key, "Its key")->type_name("FILE");
    app_.add_option(flags.token_file, security.token_file, "Secret word that both sides share")->type_name("FILE");
    app_.add_flag(flags.insecure, security.insecure, "Allow other machines without TLS and without a token");
  }

  void AddWorkers() {
    app_.add_option("--slots", slots_, "Workers that run at the same time (default: auto, one for each core)")
        ->type_name("N|auto")
        ->check(CLI::Validator(
            [this](const std::string& text) { return ParseSlots(text, surroundings_.cores, &options_.slots); }, ""));
    app_.add_option("--name", options_.name, "Name of this agent in reports (default: the machine's)")
        ->type_name("NAME");
    app_.add_option("--python", options_.python,
                    "Interpreter for the workers, if the run names none (default: the active virtual environment's, "
                    "else python3)")
        ->type_name("PATH");
    app_.add_option("--python-limit", options_.python_limit_s, "")->group("")->check(CLI::Validator(WhyNotSeconds, ""));
    app_.add_option("--runner", options_.runner, "")->group("");
    app_.add_flag("--embedded", options_.embedded, "")->group("");
  }

  const AgentSurroundings& surroundings_;
  AgentOptions& options_;
  // The validator of --slots reads the number.
  std::string slots_;
  CLI::App app_;
};

}  // namespace

ParsedAgentOptions ParseAgentOptions(int argc, const char* const* argv, const AgentSurroundings& surroundings) {
  ParsedAgentOptions parsed;
  CommandLine line(surroundings, &parsed.options);
  try {
    line.Parse(argc, argv);
  } catch (const CLI::Success& wish) {
    parsed.exit = true;
    parsed.text = wish.get_name() == "CallForHelp" ? line.Help() : absl::StrCat(wish.what(), "\n");
  } catch (const CLI::ParseError& error) {
    parsed.exit = true;
    parsed.exit_code = kUsageError;
    parsed.text = absl::StrCat("fastest-agent: ", error.what(), " (--help lists the options)\n");
  }
  return parsed;
}

}  // namespace fastest::agent
