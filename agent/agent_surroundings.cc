#include "agent/agent_surroundings.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/process/usable_cpus.h"
#include "base/process/working_directory.h"

namespace fastest::agent {
namespace {

std::string Variable(const char* name) {
  const char* value = getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

AgentSurroundings ReadSurroundings() {
  AgentSurroundings surroundings;
  char hostname[HOST_NAME_MAX + 1] = {};
  if (gethostname(hostname, sizeof(hostname) - 1) == 0) surroundings.hostname = hostname;
  surroundings.working_dir = WorkingDirectory();
  surroundings.cores = static_cast<uint32_t>(UsableCpus());
  surroundings.virtual_env = Variable("VIRTUAL_ENV");
  surroundings.runner = Variable("FASTEST_RUNNER");
  return surroundings;
}

}  // namespace fastest::agent
