#include "coordinator/discovery/rules/walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "coordinator/discovery/project/path.h"
#include "coordinator/discovery/project/pattern.h"

namespace fastest::discovery {
namespace {

constexpr int kMaxDepth = 500;

bool EndsWith(std::string_view name, std::string_view end) {
  return name.size() > end.size() && name.substr(name.size() - end.size()) == end;
}

bool IsPython(std::string_view name) { return EndsWith(name, ".py"); }

// pytest looks for doctests in test*.txt even if nobody asks for them.
bool MayHoldDoctests(std::string_view name) { return name.substr(0, 4) == "test" && EndsWith(name, ".txt"); }

}  // namespace

Walker::Walker(const ProjectConfig& project, const CollectionOptions& options, const std::vector<Argument>& arguments,
               Conftests& conftests)
    : project_(project), options_(options), conftests_(conftests) {
  for (const Argument& argument : arguments) {
    initial_.insert(argument.path);
    std::string_view path = argument.path;
    while (initial_parents_.insert(std::string(path)).second && path != "/") path = ParentPath(path);
  }
}

std::vector<WalkedFile> Walker::Walk(const std::string& directory) {
  std::vector<WalkedFile> files;
  WalkInto(directory, 0, /*maybe_ignored=*/false, files);
  return files;
}

bool Walker::Read(const std::string& directory, std::vector<Entry>& entries) {
  DIR* const stream = opendir(directory.c_str());
  if (stream == nullptr) {
    if (errno != ENOENT) {
      open_reasons_.push_back(absl::StrCat("can't read ", directory, ": ", strerror(errno)));
    }
    return false;
  }
  bool is_package = false;
  while (const dirent* const entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    Entry result{std::string(name), entry->d_type == DT_DIR, entry->d_type == DT_LNK};
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      struct stat info;
      if (fstatat(dirfd(stream), entry->d_name, &info, 0) != 0) continue;
      if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) continue;
      result.is_directory = S_ISDIR(info.st_mode);
    } else if (entry->d_type != DT_DIR && entry->d_type != DT_REG) {
      continue;
    }
    // Most files cannot hold tests.
    if (!result.is_directory && !IsPython(name) && !MayHoldDoctests(name)) continue;
    is_package = is_package || name == "__init__.py";
    entries.push_back(std::move(result));
  }
  closedir(stream);
  std::sort(entries.begin(), entries.end(), [is_package](const Entry& left, const Entry& right) {
    if (is_package && (left.name == "__init__.py") != (right.name == "__init__.py")) return left.name == "__init__.py";
    return left.name < right.name;
  });
  return true;
}

bool Walker::IsModule(std::string_view name, const std::string& path) const {
  if (initial_.contains(path)) return true;
  if (!IsPython(name)) {
    const absl::StatusOr<std::string> text = ReadFile(path);
    return options_.collects_doctests && text.ok() && text->find(">>>") != std::string::npos;
  }
  return std::any_of(project_.python_files.begin(), project_.python_files.end(), [&](const std::string& pattern) {
    return pattern.find('/') == std::string::npos ? MatchesPattern(name, pattern) : PathMatchesPattern(path, pattern);
  });
}

bool Walker::IsVirtualenv(const std::string& directory) const {
  return IsFile(JoinPath(directory, "pyvenv.cfg")) || IsFile(JoinPath(directory, "conda-meta/history"));
}

Conftests::Verdict Walker::Ignores(const std::string& directory, const std::string& path, bool is_directory) {
  constexpr Conftests::Verdict kYes = Conftests::Verdict::kYes;
  if (FileName(path) == "__pycache__") return kYes;
  if (std::find(options_.ignore.begin(), options_.ignore.end(), path) != options_.ignore.end()) return kYes;
  const auto matches = [&path](const std::string& glob) { return MatchesPattern(path, glob); };
  if (std::any_of(options_.ignore_glob.begin(), options_.ignore_glob.end(), matches)) return kYes;
  const Conftests::Verdict verdict = conftests_.Ignores(directory, path);
  if (!is_directory || verdict == kYes) return verdict;
  const auto recurses_not = [&path](const std::string& pattern) { return PathMatchesPattern(path, pattern); };
  if (std::any_of(project_.norecursedirs.begin(), project_.norecursedirs.end(), recurses_not)) return kYes;
  return !options_.collect_in_virtualenv && IsVirtualenv(path) ? kYes : verdict;
}

void Walker::WalkInto(const std::string& directory, int depth, bool maybe_ignored, std::vector<WalkedFile>& files) {
  std::vector<Entry> entries;
  if (depth > kMaxDepth || !Read(directory, entries)) return;
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) return;
  open_directories_.emplace_back(info.st_dev, info.st_ino);
  for (const Entry& entry : entries) {
    const std::string path = JoinPath(directory, entry.name);
    if (!entry.is_directory && !IsModule(entry.name, path)) continue;
    Conftests::Verdict verdict = Conftests::Verdict::kNo;
    if (!(entry.is_directory ? initial_parents_ : initial_).contains(path))
      verdict = Ignores(directory, path, entry.is_directory);
    if (verdict == Conftests::Verdict::kYes) continue;
    const bool maybe = maybe_ignored || verdict == Conftests::Verdict::kMaybe;
    if (!entry.is_directory) {
      files.push_back({path, maybe});
      continue;
    }
    if (entry.is_link && stat(path.c_str(), &info) == 0 &&
        std::find(open_directories_.begin(), open_directories_.end(),
                  std::pair<uint64_t, uint64_t>(info.st_dev, info.st_ino)) != open_directories_.end()) {
      open_reasons_.push_back(absl::StrCat(std::string(RelativePath(path, project_.rootdir)), " leads in a circle"));
      continue;
    }
    WalkInto(path, depth + 1, maybe, files);
  }
  open_directories_.pop_back();
}

}  // namespace fastest::discovery
