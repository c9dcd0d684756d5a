// The command line of fastest-agent.
#ifndef FASTEST_AGENT_AGENT_OPTIONS_H_
#define FASTEST_AGENT_AGENT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/net/transport_security.h"

namespace fastest::agent {

struct AgentOptions {
  // Exactly one of these three is given. "unix:PATH" or HOST:PORT of a coordinator.
  std::string join;
  // HOST:PORT at which coordinators may come; port 0: any that is free.
  std::string listen;
  // Absolute path of the Unix socket at which this machine's coordinators may come: see WarmSocket.
  std::string warm_socket;
  // Where the bound address is written; empty: nowhere.
  std::string port_file;
  // HOST:PORT at which metrics may be had; empty: nowhere. Where the bound address is written; empty: nowhere.
  std::string metrics;
  std::string metrics_port_file;
  uint32_t slots = 1;
  std::string name;
  // "key=value" each.
  std::vector<std::string> labels;
  // Absolute. The counterpart of a coordinator's rootdir.
  std::string workdir;
  // Seconds without a run after which it ends; 0: never.
  double idle_exit_s = 0;
  SecurityOptions security;
  // A path, or a name to be looked up on PATH.
  std::string python;
  // The folder fastest_runner; empty: the one that belongs to the program.
  std::string runner;
  // Started by a coordinator for itself: says nothing of its own, and leaves Ctrl-C to it.
  bool embedded = false;
};

// What the options' defaults depend on.
struct AgentSurroundings {
  uint32_t cores = 1;
  std::string working_dir;
  std::string hostname;
  // VIRTUAL_ENV and FASTEST_RUNNER; empty if unset.
  std::string virtual_env;
  std::string runner;
};

struct ParsedAgentOptions {
  AgentOptions options;
  // Set for --help, --version and errors: print `text` (on stderr if the code is not 0) and exit.
  bool exit = false;
  int exit_code = 0;
  std::string text;
};

// Exit code of an error is 4.
ParsedAgentOptions ParseAgentOptions(int argc, const char* const* argv, const AgentSurroundings& surroundings);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_AGENT_OPTIONS_H_
