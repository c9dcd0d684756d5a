#include "base/process/executable.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fastest {
namespace {

// The errno that says why `path` cannot be run as a program; 0: it can.
int WhyNotExecutable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return errno;
  if (S_ISDIR(info.st_mode)) return EISDIR;
  return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

}  // namespace

absl::StatusOr<std::string> OwnExecutable() {
  char buffer[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", buffer, sizeof(buffer));
  if (length < 0) return absl::InternalError(absl::StrCat("cannot read /proc/self/exe: ", strerror(errno)));
  return std::string(buffer, static_cast<size_t>(length));
}

absl::StatusOr<std::string> FindProgram(const std::string& name, const std::string& path) {
  if (name.empty()) return absl::NotFoundError("no such program: its name is empty");
  std::vector<std::string> candidates;
  if (name.find('/') != std::string::npos) {
    candidates.push_back(name);
  } else {
    for (absl::string_view folder : absl::StrSplit(path, ':')) {
      // An empty entry means the working directory.
      candidates.push_back(folder.empty() ? absl::StrCat("./", name) : absl::StrCat(folder, "/", name));
    }
  }
  std::string refused;
  for (const std::string& candidate : candidates) {
    const int why = WhyNotExecutable(candidate);
    if (why == 0) return candidate;
    if (why != ENOENT && why != ENOTDIR && refused.empty()) {
      refused = absl::StrCat("cannot run ", candidate, ": ", strerror(why));
    }
  }
  if (!refused.empty()) return absl::PermissionDeniedError(refused);
  if (name.find('/') != std::string::npos) return absl::NotFoundError(absl::StrCat("there is no file ", name));
  return absl::NotFoundError(absl::StrCat("no such program: ", name));
}

absl::StatusOr<std::string> FindProgram(const std::string& name) {
  constexpr char kUsualPath[] = "/usr/local/bin:/usr/bin:/bin";
  const char* path = getenv("PATH");
  absl::StatusOr<std::string> found = FindProgram(name, path != nullptr ? path : kUsualPath);
  if (!absl::IsNotFound(found.status()) || name.find('/') != std::string::npos) return found;
  return absl::NotFoundError(path != nullptr ? absl::StrCat(name, " is in no folder of PATH")
                                             : absl::StrCat(name, " is not in ", kUsualPath, ", and PATH is not set"));
}

}  // namespace fastest
