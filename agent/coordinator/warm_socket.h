// The socket at which an agent waits that a run has left behind for the next one (fastest-coordinator --warm), and what says that
// it waits in vain.
#ifndef FASTEST_AGENT_COORDINATOR_WARM_SOCKET_H_
#define FASTEST_AGENT_COORDINATOR_WARM_SOCKET_H_

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/process/unique_fd.h"

namespace fastest::agent {

// Beside the socket PATH.sock lies PATH.pid. Who holds its lock (fcntl) is the agent of this socket; the file's text is its process id.
// Not thread-safe.
class WarmSocket {
 public:
  // Takes the lock, and away what an agent that was killed has left. AlreadyExists: another agent has it; Unavailable: the file
  // cannot be had. `program`: of this process; the agent is out of date when that file is another one.
  static absl::StatusOr<std::unique_ptr<WarmSocket>> Claim(const std::string& path, const std::string& program);
  // Takes socket and file away, if they are still its own.
  ~WarmSocket();
  WarmSocket(const WarmSocket&) = delete;
  WarmSocket& operator=(const WarmSocket&) = delete;

  // "unix:/…", for gRPC.
  std::string address() const { return "unix:" + path_; }
  // The socket is there; to be called when the server listens.
  void Bound();
  // Why no run can come here any more; empty if one can.
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
