#include "coordinator/request/named_files.h"

#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/history/remote_location.h"

namespace fastest::request {
namespace {

namespace fs = std::filesystem;

// More links in a row are a circle.
constexpr int kMostLinks = 40;

// The file behind `path`, with all links followed, also those that lead to nothing yet. An error of the file system
// leaves the path as it is: whoever opens the file says what is wrong with it.
fs::path Resolved(fs::path path) {
  std::error_code error;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, error); ++links) {
    const fs::path target = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / target;
  }
  fs::path resolved = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : resolved;
}

// A file that is there and is not plain, or a folder, is not overwritten.
bool MayBeOverwritten(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return !fs::exists(status) || fs::is_regular_file(status);
}

bool SameFile(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return a == b || fs::equivalent(a, b, error);
}

// Whether `path` is one of the event files in `folder`.
bool IsEventFileIn(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code of_entry;
    if (entry->path().extension() == ".jsonl" && fs::equivalent(entry->path(), path, of_entry)) return true;
  }
  return false;
}

}  // namespace

NamedFiles::NamedFiles(const options::CommandLine& line, const Invocation& invocation) {
  const auto add = [&](const std::string& option, const std::string& name, std::vector<File>& files) {
    if (name.empty() || name == "-" || history::IsRemote(name)) return;
    files.push_back({option, Resolved(invocation.Absolute(name))});
  };
  constexpr unsigned kWritten = options::kReportFile | options::kWritesFile;
  for (const options::Flag& flag : options::FlagTable()) {
    const std::string option = options::MainName(flag);
    if (flag.Is(options::kReadsFile)) {
      for (const std::string& name : line.All(option)) add(option, name, inputs_);
    }
    if (flag.Is(kWritten)) add(option, line.Last(option).value_or(""), outputs_);
  }
  if (line.Has("--merge")) {
    for (const std::string& name : line.paths) add("--merge", name, inputs_);
  }
}

absl::Status NamedFiles::CheckApart() const {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const File& output = outputs_[i];
    if (!MayBeOverwritten(output.path)) continue;
    if (absl::Status status = CheckNotRead(output); !status.ok()) return status;
    for (size_t other = 0; other < i; ++other) {
      if (!SameFile(outputs_[other].path, output.path)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(outputs_[other].option, " and ", output.option, " name the same file: ", output.path.string()));
    }
  }
  return absl::OkStatus();
}

absl::Status NamedFiles::CheckNotRead(const File& output) const {
  std::error_code error;
  const bool is_there = fs::exists(output.path, error);
  for (const File& input : inputs_) {
    const bool same = SameFile(input.path, output.path);
    const bool inside = is_there && fs::is_directory(input.path, error) && IsEventFileIn(input.path, output.path);
    if (!same && !inside) continue;
    return absl::InvalidArgumentError(absl::StrCat(output.option, " would overwrite what ", input.option,
                                                   " reads: ", output.path.string(), ": name another file"));
  }
  return absl::OkStatus();
}

}  // namespace fastest::request
