#include "base/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fastest {
namespace {

// A pipe without a writer is opened at once, and a terminal does not become ours.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

absl::Status Unreadable(const std::string& path, int error) {
  const std::string message = absl::StrCat("can't read ", path, ": ", strerror(error));
  return error == ENOENT || error == ENOTDIR ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

absl::Status Outside(const std::string& path, const std::string& folder) {
  return absl::PermissionDeniedError(absl::StrCat(path, " leads out of ", folder));
}

// The components of a relative path; none: the path is absolute, or goes up.
std::vector<std::string> ComponentsOf(const std::string& path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string::npos) return {};
  std::vector<std::string> components;
  for (const absl::string_view component : absl::StrSplit(path, '/')) {
    if (component == "..") return {};
    if (!component.empty() && component != ".") components.emplace_back(component);
  }
  return components;
}

// -1 with errno: ENOSYS where the kernel, or a filter of system calls, does not know the call.
int OpenBeneath(int folder, const std::string& path) {
  open_how how = {};
  how.flags = static_cast<decltype(how.flags)>(kFlags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long fd = syscall(SYS_openat2, folder, path.c_str(), &how, sizeof(how));
  if (fd < 0 && errno == EPERM) errno = ENOSYS;
  return static_cast<int>(fd);
}

// The same without that call, and without links.
int OpenStepwise(int folder, const std::vector<std::string>& components) {
  int at = dup(folder);
  for (size_t i = 0; i < components.size() && at >= 0; ++i) {
    const bool last = i + 1 == components.size();
    const int next =
        openat(at, components[i].c_str(), last ? kFlags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const int error = errno;
    close(at);
    errno = error;
    at = next;
  }
  return at;
}

}  // namespace

absl::StatusOr<RegularFile> RegularFile::Open(const std::string& path) {
  return Take(path, open(path.c_str(), kFlags));
}

absl::StatusOr<RegularFile> RegularFile::OpenBelow(const std::string& folder, const std::string& path) {
  const std::vector<std::string> components = ComponentsOf(path);
  if (components.empty()) return Outside(path, folder);
  const int root = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return Unreadable(folder, errno);
  int fd = OpenBeneath(root, path);
  if (fd < 0 && errno == ENOSYS) fd = OpenStepwise(root, components);
  const int error = errno;
  close(root);
  // The error of a link that leads out, of a link where none is followed, and of a file of /proc that is a link.
  if (fd < 0 && (error == EXDEV || error == ELOOP)) return Outside(path, folder);
  errno = error;
  return Take(path, fd);
}

absl::StatusOr<RegularFile> RegularFile::Take(const std::string& path, int fd) {
  // A socket can't be opened at all.
  if (fd < 0 && errno == ENXIO) return absl::FailedPreconditionError(absl::StrCat(path, " is no regular file"));
  if (fd < 0) return Unreadable(path, errno);
  RegularFile file(path, fd);
  if (fstat(fd, &file.info_) != 0) return Unreadable(path, errno);
  if (S_ISDIR(file.info_.st_mode)) return Unreadable(path, EISDIR);
  if (!S_ISREG(file.info_.st_mode)) return absl::FailedPreconditionError(absl::StrCat(path, " is no regular file"));
  return file;
}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), info_(other.info_) {}

RegularFile& RegularFile::operator=(RegularFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  info_ = other.info_;
  return *this;
}

RegularFile::~RegularFile() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<std::string> RegularFile::Read(size_t most) const {
  const auto too_large = [&] {
    return absl::ResourceExhaustedError(absl::StrCat(path_, " has more than ", most, " bytes"));
  };
  if (static_cast<size_t>(info_.st_size) > most) return too_large();
  // The size is only a first guess: a file may grow, and in /proc the size is zero.
  std::string text(static_cast<size_t>(info_.st_size) + 1, '\0');
  size_t used = 0;
  while (true) {
    const ssize_t got = pread(fd_, text.data() + used, text.size() - used, static_cast<off_t>(used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(path_, errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > most) return too_large();
    if (used == text.size()) text.resize(text.size() * 2);
  }
  text.resize(used);
  return text;
}

absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most) {
  const absl::StatusOr<RegularFile> file = RegularFile::Open(path);
  return file.ok() ? file->Read(most) : file.status();
}

}  // namespace fastest
