#include "coordinator/agents/warm_place.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/process/executable.h"
#include "base/process/exit_fd.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"
#include "base/version.h"

namespace fastest::agents {
namespace {

// A warm agent ends after so long without a run.
constexpr int kIdleExitS = 600;
// Of the file that holds what warm agents write on stderr. A longer file is begun anew.
constexpr off_t kLongestLog = 64 << 10;
// How long an agent may take to end when it is asked to, and when it is killed.
constexpr absl::Duration kEndLimit = absl::Seconds(5);
// Between two looks at the lock of a process that cannot be waited for.
constexpr absl::Duration kEndPoll = absl::Milliseconds(5);

std::string Digest(const std::string& text) {
  const XXH64_hash_t digest = XXH3_64bits(text.data(), text.size());
  return absl::StrCat(absl::Hex(digest, absl::kZeroPad16));
}

// Tells a file from another one that has taken its place.
std::string Identity(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return path;
  return absl::StrCat(path, " ", info.st_dev, " ", info.st_ino, " ", info.st_size, " ", info.st_mtim.tv_sec, " ",
                      info.st_mtim.tv_nsec);
}

// What a process inherits. Without its environment and its directory, which each run brings.
std::string Inheritance() {
  std::string text;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    for (const char* name :
         {"Umask:", "Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Seccomp:", "Cpus_allowed:", "Mems_allowed:"}) {
      if (absl::StartsWith(line, name)) absl::StrAppend(&text, line, "\n");
    }
  }
  for (const char* file : {"/proc/self/personality", "/proc/self/attr/current"}) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    absl::StrAppend(&text, line, "\n");
  }
  for (const char* link : {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
    // A kernel without this kind of namespace has one for all: the empty text.
    std::error_code ignored;
    absl::StrAppend(&text, std::filesystem::read_symlink(absl::StrCat("/proc/self/ns/", link), ignored).string(), "\n");
  }
  absl::StrAppend(&text, Identity("/"), "\n");
  for (int limit = 0; limit < RLIM_NLIMITS; ++limit) {
    rlimit value = {};
    getrlimit(static_cast<__rlimit_resource>(limit), &value);
    absl::StrAppend(&text, value.rlim_cur, " ", value.rlim_max, "\n");
  }
  absl::StrAppend(&text, getpriority(PRIO_PROCESS, 0), " ", sched_getscheduler(0));
  return text;
}

absl::Status MakePrivate(const std::string& folder) {
  // If this fails, mkdir does too, and says why.
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), ignored);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::InvalidArgumentError(absl::StrCat("--warm: cannot make the folder ", folder, ": ", strerror(errno),
                                                   "; name another by XDG_RUNTIME_DIR"));
  }
  struct stat info;
  if (lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("--warm: ", folder, " is not a folder: take it away"));
  }
  if (info.st_uid != getuid()) {
    return absl::InvalidArgumentError(absl::StrCat("--warm: the folder ", folder, " is another user's (", info.st_uid,
                                                   "): take it away, or name another by XDG_RUNTIME_DIR"));
  }
  if ((info.st_mode & 077) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--warm: others may enter the folder ", folder, " (mode ", absl::Hex((info.st_mode >> 6) & 7),
                     absl::Hex((info.st_mode >> 3) & 7), absl::Hex(info.st_mode & 7), "): chmod 700 ", folder));
  }
  return absl::OkStatus();
}

// The process that holds the lock of a warm agent's file; 0: none, or a process that cannot be seen from here.
pid_t Holder(int fd) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

// Waits for the end of the process `exit` (see OpenExitFd). Without such a descriptor, waits until the process lets go
// of its lock, which it does a little before it ends.
bool AwaitEnd(int lock, const UniqueFd& exit) {
  const absl::Time limit = absl::Now() + kEndLimit;
  if (exit.valid()) return AwaitReadable({exit.get()}, limit);
  while (Holder(lock) > 0 && absl::Now() < limit) AwaitReadable({}, absl::Now() + kEndPoll);
  return Holder(lock) == 0;
}

}  // namespace

absl::StatusOr<WarmPlace> WarmPlace::Open(const std::string& folder, const std::string& rootdir,
                                          const std::string& agent, const std::string& python,
                                          const std::vector<std::string>& words) {
  RETURN_IF_ERROR(MakePrivate(folder));
  // An interpreter that is not there gives the empty path. The agent will say so.
  std::error_code error;
  std::string text = absl::StrCat(kVersion, "\n", Identity(agent), "\n", Identity(python), "\n",
                                  Identity(std::filesystem::canonical(python, error).string()), "\n", Inheritance());
  if (const absl::StatusOr<std::string> own = OwnExecutable(); own.ok()) absl::StrAppend(&text, "\n", Identity(*own));
  for (const std::string& word : words) absl::StrAppend(&text, "\n", word);
  WarmPlace place;
  place.agent_ = agent;
  place.log_path_ = absl::StrCat(folder, "/", Digest(rootdir), ".log");
  place.stem_ = absl::StrCat(folder, "/", Digest(rootdir), "-", Digest(text));
  if (place.socket_path().size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--warm: the path of the folder ", folder, " is too long: name a shorter one by XDG_RUNTIME_DIR"));
  }
  return place;
}

bool WarmPlace::IsTaken() const {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = socket_path();
  std::copy(path.begin(), path.end(), address.sun_path);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return errno == EAGAIN;
  ucred peer = {};
  socklen_t size = sizeof(peer);
  return getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid();
}

int WarmPlace::Pid() const {
  std::ifstream file(stem_ + ".pid");
  int pid = 0;
  return file >> pid ? pid : 0;
}

absl::Status WarmPlace::Leave(const std::string& python, const std::string& invocation_dir) const {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd log(open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info;
  if (log.valid() && fstat(log.get(), &info) == 0 && info.st_size > kLongestLog && ftruncate(log.get(), 0) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write ", log_path_, ": ", strerror(errno)));
  }
  SubprocessOptions options;
  // Each run has as many slots as it wants: runs do not wait for each other.
  options.argv = {agent_,        "--warm-socket", socket_path(), "--idle-exit", absl::StrCat(kIdleExitS),
                  "--slots",     "4096",          "--python",    python,        "--workdir",
                  invocation_dir};
  options.fds = {{null.get(), 0}, {null.get(), 1}, {log.valid() ? log.get() : null.get(), 2}};
  options.new_session = true;
  ASSIGN_OR_RETURN(Subprocess agent, Subprocess::Spawn(options));
  agent.Release();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> StopWarmAgents(const std::string& folder, const std::string& rootdir) {
  RETURN_IF_ERROR(MakePrivate(folder));
  std::vector<std::string> lines;
  const std::string prefix = Digest(rootdir) + "-";
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (absl::StartsWith(name, prefix) && absl::EndsWith(name, ".pid")) names.push_back(entry->path().string());
  }
  if (error) return absl::UnavailableError(absl::StrCat("--warm: ", folder, ": ", error.message()));
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const UniqueFd file(open(name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid()) continue;
    const pid_t pid = Holder(file.get());
    const UniqueFd process = OpenExitFd(pid);
    // No other process has taken the pid if the lock is still there.
    if (pid > 0 && Holder(file.get()) == pid) {
      kill(pid, SIGTERM);
      if (!AwaitEnd(file.get(), process)) {
        kill(pid, SIGKILL);
        if (!AwaitEnd(file.get(), process)) {
          return absl::DeadlineExceededError(absl::StrCat("the warm agent, process ", pid, ", does not end"));
        }
      }
      lines.push_back(absl::StrCat("the warm agent of ", rootdir, " is ended (process ", pid, ")"));
    }
    // An agent that was killed has left these.
    unlink(name.c_str());
    unlink(absl::StrCat(absl::StripSuffix(name, ".pid"), ".sock").c_str());
  }
  unlink(absl::StrCat(folder, "/", Digest(rootdir), ".log").c_str());
  return lines;
}

}  // namespace fastest::agents
