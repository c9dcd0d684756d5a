// Paths as text, by the rules of Python's os.path and pathlib. Nothing here resolves symbolic links, unless a comment
// says so.
#ifndef FASTEST_COORDINATOR_DISCOVERY_PROJECT_PATH_H_
#define FASTEST_COORDINATOR_DISCOVERY_PROJECT_PATH_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::discovery {

// os.path.abspath with `directory` in place of the working directory: absolute, without '.', '..', '//' and trailing
// '/'.
std::string AbsolutePath(std::string_view directory, std::string_view path);

// The path without its last component. "/" is its own parent.
std::string_view ParentPath(std::string_view path);

// The last component; empty for "/".
std::string_view FileName(std::string_view path);

// `directory` + '/' + `name`, also for the root directory.
std::string JoinPath(std::string_view directory, std::string_view name);

// Whether `path` is `directory` or is somewhere below it. Both are absolute.
bool IsWithin(std::string_view path, std::string_view directory);

// The nearest directory that contains both. Both are absolute.
std::string CommonPath(std::string_view one, std::string_view other);

// `path` relative to `directory`; "." for the directory itself. `path` unchanged if it is not within.
std::string_view RelativePath(std::string_view path, std::string_view directory);

// These follow symbolic links. What cannot be examined is not there.
bool PathExists(const std::string& path);
bool IsFile(const std::string& path);
bool IsDirectory(const std::string& path);

// The whole file, if it is a regular one (see ReadRegularFile). Errors name the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// What Python's glob.iglob(pattern, recursive=True) finds below `directory`, sorted. Relative patterns give relative
// paths.
std::vector<std::string> Glob(std::string_view directory, std::string_view pattern);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_PROJECT_PATH_H_
