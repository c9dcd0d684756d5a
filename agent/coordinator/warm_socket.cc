#include "agent/coordinator/warm_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fastest::agent {
namespace {

std::string PidPath(const std::string& path) { return absl::StrCat(absl::StripSuffix(path, ".sock"), ".pid"); }

bool IsAt(const UniqueFd& file, const std::string& path) {
  struct stat ours;
  struct stat there;
  return fstat(file.get(), &ours) == 0 && lstat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WarmSocket>> WarmSocket::Claim(const std::string& path, const std::string& program) {
  const std::string pid_path = PidPath(path);
  UniqueFd file(open(pid_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return absl::UnavailableError(absl::StrCat("cannot write ", pid_path, ": ", strerror(errno)));
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(file.get(), F_SETLK, &lock) != 0) {
    return absl::AlreadyExistsError(absl::StrCat("another agent waits at ", path));
  }
  // The agent before this one may have removed the file between open and lock.
  if (!IsAt(file, pid_path)) return Claim(path, program);
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(file.get(), 0) != 0 || pwrite(file.get(), pid.data(), pid.size(), 0) < 0) {
    return absl::UnavailableError(absl::StrCat("cannot write ", pid_path, ": ", strerror(errno)));
  }
  unlink(path.c_str());
  return absl::WrapUnique(new WarmSocket(path, program, std::move(file)));
}

WarmSocket::WarmSocket(std::string path, std::string program, UniqueFd lock)
    : path_(std::move(path)), program_(std::move(program)), lock_(std::move(lock)), program_was_(Identify(program_)) {}

WarmSocket::~WarmSocket() {
  if (Same(socket_, Identify(path_))) unlink(path_.c_str());
  const std::string pid_path = PidPath(path_);
  if (IsAt(lock_, pid_path)) unlink(pid_path.c_str());
}

void WarmSocket::Bound() { socket_ = Identify(path_); }

std::string WarmSocket::WhyInVain() const {
  if (!Same(socket_, Identify(path_))) return "its socket was removed";
  if (!Same(program_was_, Identify(program_))) return "its program was replaced";
  return "";
}

std::optional<WarmSocket::Identity> WarmSocket::Identify(const std::string& path) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return std::nullopt;
  return Identity{info.st_ino, info.st_dev, int64_t{info.st_mtim.tv_sec} * 1000000000 + info.st_mtim.tv_nsec};
}

bool WarmSocket::Same(const std::optional<Identity>& one, const std::optional<Identity>& other) {
  if (!one.has_value() || !other.has_value()) return false;
  return one->inode == other->inode && one->device == other->device && one->modified_ns == other->modified_ns;
}

}  // namespace fastest::agent
