#include "coordinator/history/folder_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/regular_file.h"
#include "coordinator/history/run_file.h"

namespace fastest::history {
namespace {

constexpr char kUnfinished[] = ".part";
constexpr int64_t kUnfinishedForS = int64_t{24} * 3600;

absl::Status Error(const std::string& path, const std::string& what) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what));
}

absl::StatusOr<std::string> Read(const std::string& path) {
  // Other jobs write into the folder.
  absl::StatusOr<std::string> bytes = ReadRegularFile(path, kMostPackedBytes);
  if (absl::IsNotFound(bytes.status())) return absl::NotFoundError(absl::StrCat(path, ": it is gone"));
  if (absl::IsResourceExhausted(bytes.status())) return Error(path, "it is too large for a file of a store");
  return bytes;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FolderFiles::List() {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder_, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (IsName(name)) names.push_back(name);
  }
  if (error) return Error(folder_, error.message());
  return names;
}

std::vector<absl::StatusOr<std::string>> FolderFiles::Get(const std::vector<std::string>& names) {
  std::vector<absl::StatusOr<std::string>> all;
  all.reserve(names.size());
  for (const std::string& name : names) all.push_back(Read(PlaceOf(name)));
  return all;
}

absl::Status FolderFiles::Put(const std::string& name, const std::string& bytes) {
  const std::string path = PlaceOf(name);
  const std::string unfinished = path + kUnfinished;
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Error(unfinished, strerror(errno));
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      unlink(unfinished.c_str());
      return Error(unfinished, strerror(error));
    }
    written += static_cast<size_t>(n);
  }
  if (close(fd) != 0 || rename(unfinished.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(unfinished.c_str());
    return Error(path, strerror(error));
  }
  return absl::OkStatus();
}

absl::Status FolderFiles::Remove(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string path = PlaceOf(name);
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return Error(path, strerror(errno));
  }
  return absl::OkStatus();
}

void FolderFiles::Tidy() {
  // What cannot be tidied now is tidied by a later run.
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder_, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string path = entry->path().string();
    if (!absl::EndsWith(path, kUnfinished)) continue;
    const std::string name = entry->path().stem().string();
    struct stat status = {};
    if (IsName(name) && stat(path.c_str(), &status) == 0 && status.st_mtime < time(nullptr) - kUnfinishedForS) {
      unlink(path.c_str());
    }
  }
}

std::string FolderFiles::PlaceOf(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

}  // namespace fastest::history
