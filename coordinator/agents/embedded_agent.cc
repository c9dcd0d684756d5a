#include "coordinator/agents/embedded_agent.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/executable.h"
#include "base/status_macros.h"

namespace fastest::agents {
namespace {

// sun_path has 108 bytes. One is for the final zero, and the file's name needs some, too.
constexpr size_t kLongestDirectory = 80;

}  // namespace

absl::StatusOr<std::string> FindAgent() {
  if (const char* given = getenv("FASTEST_AGENT"); given != nullptr && *given != '\0') return FindProgram(given);
  ASSIGN_OR_RETURN(const std::string own, OwnExecutable());
  const std::string folder = own.substr(0, own.rfind('/'));
  // Installed side by side, or as Bazel lays them out.
  for (const char* place : {"/fastest-agent", "/../agent/fastest-agent"}) {
    absl::StatusOr<std::string> agent = FindProgram(folder + place);
    if (agent.ok()) return agent;
  }
  return absl::NotFoundError(absl::StrCat("fastest-agent is not beside ", own,
                                          ": install both in one directory, or name it in FASTEST_AGENT"));
}

absl::StatusOr<std::unique_ptr<SocketDirectory>> SocketDirectory::Make() {
  const char* from_environment = getenv("TMPDIR");
  std::string base = from_environment == nullptr || *from_environment == '\0' ? "/tmp" : from_environment;
  if (base.size() > kLongestDirectory) base = "/tmp";
  std::string path = absl::StrCat(base, "/fastest-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot make a directory in ", base, ": ", strerror(errno),
                                               "; set TMPDIR to one that can be written"));
  }
  return std::unique_ptr<SocketDirectory>(new SocketDirectory(path));
}

SocketDirectory::~SocketDirectory() { Remove(); }

void SocketDirectory::Remove() {
  if (path_.empty()) return;
  unlink(socket_path().c_str());
  rmdir(path_.c_str());
  path_.clear();
}

absl::StatusOr<std::unique_ptr<EmbeddedAgent>> EmbeddedAgent::Start(const std::string& address, int slots,
                                                                    const std::string& python) {
  ASSIGN_OR_RETURN(const std::string agent, FindAgent());
  SubprocessOptions options;
  options.argv = {agent, "--embedded", "--join", address, "--slots", absl::StrCat(slots), "--python", python};
  // The coordinator answers keys pressed in the terminal.
  options.new_session = true;
  ASSIGN_OR_RETURN(Subprocess process, Subprocess::Spawn(options));
  return std::unique_ptr<EmbeddedAgent>(new EmbeddedAgent(std::move(process)));
}

std::optional<std::string> EmbeddedAgent::Ended() {
  const std::optional<int> status = process_.TryWait();
  if (!status.has_value()) return std::nullopt;
  return DescribeWaitStatus(*status);
}

void EmbeddedAgent::Await(absl::Duration grace) {
  if (process_.WaitUntil(absl::Now() + grace).has_value()) return;
  process_.KillGroup(SIGKILL);
  process_.Wait();
}

}  // namespace fastest::agents
