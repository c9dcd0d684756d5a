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

// Empty if a coordinator at `address` may be joined, else what is wrong.
std::string WhyNotJoin(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return address.size() > 5 ? "" : "unix: lacks a path";
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || colon == 0 || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port == 0 ||
      port > 65535) {
    return absl::StrCat("\"", address, "\" is neither HOST:PORT nor unix:PATH");
  }
  const std::string host = address.substr(0, colon);
  if (host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.")) return "";
  return absl::StrCat(host, " is not this machine: agents join over plain text, which is for loopback only");
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

  CLI::App app("Keeps warm Python workers and runs batches of tests in them for a coordinator.", "fastest-agent");
  app.add_option("--join", options.join, "Coordinator to work for: HOST:PORT or unix:PATH")
      ->required()
      ->type_name("ADDRESS")
      ->check(CLI::Validator(WhyNotJoin, ""));
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
