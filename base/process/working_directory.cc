#include "base/process/working_directory.h"

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fastest {

absl::StatusOr<std::string> WorkingDirectory() {
  std::error_code error;
  std::string path = std::filesystem::current_path(error).string();
  if (!error && !path.empty()) return path;
  // Linux remembers the path of a deleted directory. Without /proc the message has no path.
  std::error_code no_proc;
  std::string gone = std::filesystem::read_symlink("/proc/self/cwd", no_proc).string();
  gone = std::string(absl::StripSuffix(gone, " (deleted)"));
  const bool deleted = error == std::errc::no_such_file_or_directory;
  return absl::FailedPreconditionError(
      absl::StrCat("the working directory ", gone, gone.empty() ? "" : " ", deleted ? "is gone" : "cannot be used: ",
                   deleted ? "" : error.message(), "; change to a directory that exists (cd), and try again"));
}

}  // namespace fastest
