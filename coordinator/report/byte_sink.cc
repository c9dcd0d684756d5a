#include "coordinator/report/byte_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::report {
namespace {

absl::Status FileError(int error, const char* what, const std::string& path) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot ", what, " ", path));
}

absl::Status MakeParent(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  return error ? FileError(error.value(), "make the directory", parent.string()) : absl::OkStatus();
}

// `name` is what errors call the file.
absl::StatusOr<UniqueFd> Create(const std::string& path, const std::string& name) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.valid()) return FileError(errno, "write", name);
  return fd;
}

// A disk that is full takes a part of what is written, and readers of lines would stumble over half a line.
// `last`: what was written last.
void CutToLine(int fd, std::string_view last) {
  struct stat file;
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return;
  const size_t whole_lines = last.rfind('\n') + 1;
  const off_t end = lseek(fd, 0, SEEK_CUR) - static_cast<off_t>(last.size() - whole_lines);
  // If that is refused too, the file stays as it is, and readers name the line.
  if (end >= 0 && ftruncate(fd, end) == 0) lseek(fd, end, SEEK_SET);
}

class ReplacedFile : public ByteSink {
 public:
  explicit ReplacedFile(std::string path) : path_(std::move(path)) {}

  ~ReplacedFile() override {
    if (sink_ != nullptr && unfinished_ != path_) unlink(unfinished_.c_str());
  }

  absl::Status Write(std::string_view bytes) override {
    if (sink_ == nullptr) {
      if (absl::Status status = Open(); !status.ok()) return status;
    }
    return sink_->Write(bytes);
  }

  absl::Status Close() override {
    if (absl::Status status = Write(""); !status.ok()) return status;
    if (absl::Status status = sink_->Close(); !status.ok()) return status;
    if (rename(unfinished_.c_str(), path_.c_str()) != 0) return FileError(errno, "write", path_);
    sink_.reset();
    return absl::OkStatus();
  }

 private:
  absl::Status Open() {
    if (absl::Status status = MakeParent(path_); !status.ok()) return status;
    // If it is no plain file (a pipe, /dev/stdout, a link to a file elsewhere), it is written in place.
    // A path that cannot be looked at cannot be written either: Create says why.
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::symlink_status(path_, error);
    const bool in_place = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
    unfinished_ = in_place ? path_ : absl::StrCat(path_, ".", getpid(), ".tmp");
    absl::StatusOr<UniqueFd> fd = Create(unfinished_, path_);
    if (!fd.ok()) return fd.status();
    sink_ = std::make_unique<DescriptorSink>(*std::move(fd), path_);
    return absl::OkStatus();
  }

  const std::string path_;
  std::string unfinished_;
  std::unique_ptr<DescriptorSink> sink_;
};

}  // namespace

absl::Status DescriptorSink::Write(std::string_view bytes) {
  const std::string_view all = bytes;
  while (!bytes.empty()) {
    const ssize_t written = write(fd_.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Another process has made a shared pipe or terminal non-blocking.
      pollfd ready = {fd_.get(), POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      const int error = errno;
      CutToLine(fd_.get(), all.substr(0, all.size() - bytes.size()));
      return FileError(error, "write", name_);
    }
  }
  return absl::OkStatus();
}

absl::Status DescriptorSink::Close() {
  if (close(fd_.release()) != 0 && errno != EINTR) return FileError(errno, "write", name_);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ByteSink>> OpenReportFile(const std::string& path) {
  if (path == "-") {
    UniqueFd fd(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!fd.valid()) return FileError(errno, "write", "standard output");
    return std::make_unique<DescriptorSink>(std::move(fd), "standard output");
  }
  if (absl::Status status = MakeParent(path); !status.ok()) return status;
  absl::StatusOr<UniqueFd> fd = Create(path, path);
  if (!fd.ok()) return fd.status();
  return std::make_unique<DescriptorSink>(*std::move(fd), path);
}

std::unique_ptr<ByteSink> MakeReplacedFile(const std::string& path) { return std::make_unique<ReplacedFile>(path); }

}  // namespace fastest::report
