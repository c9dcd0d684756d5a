// The agent of a run without --agents: fastest-agent as a child process. It dials in over a Unix socket, and speaks the
// same protocol as a remote agent.
#ifndef FASTEST_COORDINATOR_AGENTS_EMBEDDED_AGENT_H_
#define FASTEST_COORDINATOR_AGENTS_EMBEDDED_AGENT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/process/subprocess.h"

namespace fastest::agents {

// A directory for the socket that only this user may enter. Removed with the object.
class SocketDirectory {
 public:
  static absl::StatusOr<std::unique_ptr<SocketDirectory>> Make();
  ~SocketDirectory();
  SocketDirectory(const SocketDirectory&) = delete;
  SocketDirectory& operator=(const SocketDirectory&) = delete;

  // "unix:/…", for gRPC.
  std::string address() const { return "unix:" + socket_path(); }
  // Removes the socket and the directory. Open streams stay open. A coordinator that is killed later leaves nothing
  // behind.
  void Remove();

 private:
  explicit SocketDirectory(std::string path) : path_(std::move(path)) {}
  std::string socket_path() const { return path_ + "/agent.sock"; }

  std::string path_;
};

// The program fastest-agent: beside this one, or the one that FASTEST_AGENT names. NotFound: the message says where was
// looked.
absl::StatusOr<std::string> FindAgent();

class EmbeddedAgent {
 public:
  // Starts FindAgent().
  static absl::StatusOr<std::unique_ptr<EmbeddedAgent>> Start(const std::string& address, int slots,
                                                              const std::string& python);
  pid_t pid() const { return process_.pid(); }
  // How the process ended, in words; nothing while it runs.
  std::optional<std::string> Ended();
  // Waits until the process has ended by itself, at most for `grace`; then kills it.
  void Await(absl::Duration grace);

 private:
  explicit EmbeddedAgent(Subprocess process) : process_(std::move(process)) {}

  Subprocess process_;
};

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_EMBEDDED_AGENT_H_
