// Files that somebody else has named or made. Such a path may lead to a pipe that never gives a byte, to a device that
// gives them without end, or out of the folder in which the file should be.
#ifndef FASTEST_BASE_REGULAR_FILE_H_
#define FASTEST_BASE_REGULAR_FILE_H_

#include <sys/stat.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest {

// What a settings file, a test file or a cache may have. A larger file is refused.
constexpr size_t kMostFileBytes = size_t{64} << 20;

// An open regular file. It is opened once, never waits, and is looked at only after it was opened. Thread-safe.
class RegularFile {
 public:
  // Follows links. NotFound, FailedPrecondition (no regular file) or Unavailable, with the system's reason.
  static absl::StatusOr<RegularFile> Open(const std::string& path);
  // `path` is relative to `folder`, and comes from outside. PermissionDenied: the path, or a link on it, leads out of
  // the folder. Else as Open().
  static absl::StatusOr<RegularFile> OpenBelow(const std::string& folder, const std::string& path);

  RegularFile(RegularFile&& other) noexcept;
  RegularFile& operator=(RegularFile&& other) noexcept;
  ~RegularFile();

  // As it was when the file was opened.
  const struct stat& info() const { return info_; }
  // The whole file. ResourceExhausted: it has more than `most` bytes.
  absl::StatusOr<std::string> Read(size_t most = kMostFileBytes) const;

 private:
  RegularFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  static absl::StatusOr<RegularFile> Take(const std::string& path, int fd);

  std::string path_;
  int fd_;
  struct stat info_ = {};
};

// Open() and Read().
absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t most = kMostFileBytes);

}  // namespace fastest

#endif  // FASTEST_BASE_REGULAR_FILE_H_
