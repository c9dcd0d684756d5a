#include "coordinator/discovery/project/path.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/regular_file.h"
#include "coordinator/discovery/project/pattern.h"

namespace fastest::discovery {
namespace {

bool HasMode(const std::string& path, mode_t mode) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && (info.st_mode & S_IFMT) == mode;
}

std::vector<std::string> EntriesOf(const std::string& directory) {
  std::vector<std::string> names;
  DIR* const stream = opendir(directory.empty() ? "/" : directory.c_str());
  if (stream == nullptr) return names;
  while (const dirent* const entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(stream);
  return names;
}

// One search for what a pattern matches.
class GlobSearch {
 public:
  explicit GlobSearch(std::vector<std::string_view> components) : components_(std::move(components)) {}

  // Adds what the components from `index` on match. `shown` is the beginning of the results, and `directory` is where
  // that is.
  void Look(const std::string& directory, const std::string& shown, size_t index) {
    if (index == components_.size()) {
      found_.push_back(shown);
      return;
    }
    const std::string_view component = components_[index];
    const auto next = [&](const std::string& name, size_t at) {
      Look(JoinPath(directory, name), shown.empty() ? name : JoinPath(shown, name), at);
    };
    if (component == "**") {
      LookDeep(directory, shown, index);
    } else if (!HasPatternCharacters(component)) {
      if (PathExists(JoinPath(directory, component))) next(std::string(component), index + 1);
    } else {
      for (const std::string& name : EntriesOf(directory)) {
        if ((name[0] != '.' || component[0] == '.') && MatchesPattern(name, component)) next(name, index + 1);
      }
    }
  }

  std::vector<std::string> TakeFound() { return std::move(found_); }

 private:
  // "**": any number of directories. A link to a directory that is above it is not followed: the way would have no end.
  void LookDeep(const std::string& directory, const std::string& shown, size_t index) {
    struct stat info;
    if (stat(directory.empty() ? "/" : directory.c_str(), &info) != 0) return;
    const std::tuple<size_t, uint64_t, uint64_t> here(index, info.st_dev, info.st_ino);
    if (std::find(open_.begin(), open_.end(), here) != open_.end()) return;
    open_.push_back(here);
    Look(directory, shown, index + 1);
    for (const std::string& name : EntriesOf(directory)) {
      if (name[0] == '.') continue;
      const std::string path = JoinPath(directory, name);
      const std::string path_shown = shown.empty() ? name : JoinPath(shown, name);
      if (IsDirectory(path)) {
        LookDeep(path, path_shown, index);
      } else if (index + 1 == components_.size()) {
        Look(path, path_shown, index + 1);
      }
    }
    open_.pop_back();
  }

  const std::vector<std::string_view> components_;
  std::vector<std::string> found_;
  // The directories that are being searched for a "**": the place of the component, and which directory it is.
  std::vector<std::tuple<size_t, uint64_t, uint64_t>> open_;
};

}  // namespace

std::string AbsolutePath(std::string_view directory, std::string_view path) {
  std::vector<std::string_view> parts;
  const auto add = [&parts](std::string_view text) {
    while (!text.empty()) {
      const size_t slash = text.find('/');
      const std::string_view part = text.substr(0, slash);
      text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
      if (part == "..") {
        if (!parts.empty()) parts.pop_back();
      } else if (!part.empty() && part != ".") {
        parts.push_back(part);
      }
    }
  };
  if (path.empty() || path[0] != '/') add(directory);
  add(path);
  std::string result;
  for (const std::string_view part : parts) result.append(1, '/').append(part);
  return result.empty() ? "/" : result;
}

std::string_view ParentPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
}

std::string_view FileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string result;
  result.reserve(directory.size() + 1 + name.size());
  result.append(directory);
  if (result.empty() || result.back() != '/') result += '/';
  return result.append(name);
}

bool IsWithin(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.substr(0, directory.size()) == directory &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string CommonPath(std::string_view one, std::string_view other) {
  while (!IsWithin(other, one)) one = ParentPath(one);
  return std::string(one);
}

std::string_view RelativePath(std::string_view path, std::string_view directory) {
  if (path == directory) return ".";
  if (!IsWithin(path, directory)) return path;
  return path.substr(directory == "/" ? 1 : directory.size() + 1);
}

bool PathExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

bool IsFile(const std::string& path) { return HasMode(path, S_IFREG); }

bool IsDirectory(const std::string& path) { return HasMode(path, S_IFDIR); }

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  // A cache of facts grows with the suite.
  constexpr size_t kMost = size_t{1} << 30;
  return ReadRegularFile(path, kMost);
}

std::vector<std::string> Glob(std::string_view directory, std::string_view pattern) {
  std::vector<std::string_view> components;
  std::vector<std::string> found;
  const bool absolute = !pattern.empty() && pattern[0] == '/';
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const size_t slash = rest.find('/');
    if (slash != 0) components.push_back(rest.substr(0, slash));
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  }
  if (components.empty()) return found;
  GlobSearch search(std::move(components));
  search.Look(absolute ? "/" : std::string(directory), absolute ? "/" : "", 0);
  found = search.TakeFound();
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  // "**" alone also matches the empty path.
  found.erase(std::remove(found.begin(), found.end(), ""), found.end());
  return found;
}

}  // namespace fastest::discovery
