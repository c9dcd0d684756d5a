// The socket of an agent that a run has left behind for the next run (fastest-coordinator --warm). It knows when the
// agent waits in vain.
#ifndef FASTEST_AGENT_COORDINATOR_WARM_SOCKET_H_
#define FASTEST_AGENT_COORDINATOR_WARM_SOCKET_H_

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {

// Beside the socket PATH.sock lies PATH.pid. The agent of the socket holds this file's lock (fcntl); the file's text is
// its process id. Not thread-safe.
class WarmSocket {
 public:
  // Takes the lock, and removes the socket of an agent that was killed. `program`: this process's file; the agent is
  // out of date when another file has taken its place. AlreadyExists: another agent has the lock. Unavailable: the file
  // cannot be had.
  static absl::StatusOr<std::unique_ptr<WarmSocket>> Claim(const std::string& path, const std::string& program);
  // Removes socket and file, if they are still its own.
  ~WarmSocket();
  WarmSocket(const WarmSocket&) = delete;
  WarmSocket& operator=(const WarmSocket&) = delete;

  // "unix:/…", for gRPC.
  std::string address() const { return "unix:" + path_; }
  // The socket is there. Called when the server listens.
  void Bound();
  // Why no run can come here any more; empty: a run can come.
  std::string WhyInVain() const;

 private:
  struct Identity {
    ino_t inode;
    dev_t device;
    int64_t modified_ns;
  };
  static std::optional<Identity> Identify(const std::string& path);
  static bool Same(const std::optional<Identity>& one, const std::optional<Identity>& other);

  WarmSocket(std::string path, std::string program, UniqueFd lock);

  const std::string path_;
  const std::string program_;
  const UniqueFd lock_;
  const std::optional<Identity> program_was_;
  std::optional<Identity> socket_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_WARM_SOCKET_H_
