// The command line of fastest-agent.
#ifndef FASTEST_AGENT_AGENT_OPTIONS_H_
#define FASTEST_AGENT_AGENT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agent/agent_surroundings.h"
#include "base/net/transport_security.h"

namespace fastest::agent {

// Paths of files and folders are absolute.
struct AgentOptions {
  // Exactly one of the first three is given. "unix:PATH" or HOST:PORT of a coordinator.
  std::string join;
  // HOST:PORT at which coordinators may come; port 0: any.
  std::string listen;
  // The Unix socket at which this machine's coordinators may come: see WarmSocket.
  std::string warm_socket;
  // Gets the bound address; empty: no file does.
  std::string port_file;
  // HOST:PORT at which metrics are served; empty: nowhere. The file gets the bound address; empty: no file does.
  std::string metrics;
  std::string metrics_port_file;
  uint32_t slots = 1;
  std::string name;
  // "key=value" each.
  std::vector<std::string> labels;
  // The counterpart of a coordinator's rootdir.
  std::string workdir;
  // The agent ends after so many seconds without a run; 0: never.
  double idle_exit_s = 0;
  SecurityOptions security;
  // A path, or a name to be looked up on PATH.
  std::string python;
  // How many seconds the interpreter may take to load pytest.
  double python_limit_s = 120;
  // The folder fastest_runner; empty: the one that belongs to the program.
  std::string runner;
  // A coordinator has started the agent for itself: the agent says nothing of its own, and leaves Ctrl-C to it.
  bool embedded = false;
};

struct ParsedAgentOptions {
  AgentOptions options;
  // For --help, --version and errors: print `text` (on stderr if the code is not 0) and exit.
  bool exit = false;
  int exit_code = 0;
  std::string text;
};

// The exit code of an error is 4.
ParsedAgentOptions ParseAgentOptions(int argc, const char* const* argv, const AgentSurroundings& surroundings);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_AGENT_OPTIONS_H_
