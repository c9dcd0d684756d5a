#include "agent/coordinator/checkout.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/byte_text.h"
#include "base/file_digest.h"
#include "base/regular_file.h"
#include "proto/test_id.h"

namespace fastest::agent {
namespace {

// How many of the files that differ are named.
constexpr size_t kMostNamed = 3;

std::string MapArgument(const std::string& argument, const std::string& from, const std::string& to) {
  if (argument.empty()) return argument;
  if (argument[0] == '/') return MapPath(argument, from, to);
  const size_t equals = argument.find('=');
  if (argument[0] != '-' || equals == std::string::npos) return argument;
  return absl::StrCat(argument.substr(0, equals + 1), MapPath(argument.substr(equals + 1), from, to));
}

bool IsSame(const struct stat& a, const struct stat& b) {
  const auto same_time = [](const timespec& x, const timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size && same_time(a.st_mtim, b.st_mtim) &&
         same_time(a.st_ctim, b.st_ctim);
}

}  // namespace

std::string MapPath(const std::string& path, const std::string& from, const std::string& to) {
  if (from.empty() || path.compare(0, from.size(), from) != 0) return path;
  const std::string rest = path.substr(from.size());
  // A longer name with the same beginning is another place; "::" begins a node id.
  if (!rest.empty() && rest[0] != '/' && rest[0] != ':' && from.back() != '/') return path;
  if (from.back() == '/' && !rest.empty()) return absl::StrCat(to, "/", rest);
  return to + rest;
}

v1::RunSpec SpecForCheckout(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir) {
  v1::RunSpec spec = start.spec();
  const std::string here = TextOf(workdir);
  spec.clear_python();
  spec.set_invocation_dir(MapPath(spec.invocation_dir(), start.rootdir(), here));
  spec.clear_pytest_args();
  // Without an ini-file pytest guesses the rootdir from the files around it, which may be other ones here.
  spec.add_pytest_args(absl::StrCat("--rootdir=", here));
  for (const std::string& argument : start.spec().pytest_args()) {
    spec.add_pytest_args(MapArgument(argument, start.rootdir(), here));
  }
  return spec;
}

ExpectedFiles::ExpectedFiles(const v1::CoordinatorMessage::StartRun& start, std::string workdir)
    : workdir_(std::move(workdir)) {
  for (const auto& file : start.files()) files_[file.path()].digest = file.digest();
}

absl::Status ExpectedFiles::Compare() {
  std::vector<std::string> different;
  for (auto& [path, file] : files_) {
    if (std::string difference = Difference(path, file); !difference.empty())
      different.push_back(std::move(difference));
  }
  return StatusOf(std::move(different));
}

absl::Status ExpectedFiles::Compare(const v1::Batch& batch) {
  std::set<std::string> paths = {batch.module()};
  for (const v1::TestRef& test : batch.tests()) paths.insert(std::string(ModuleOf(test.node_id())));
  std::vector<std::string> different;
  for (const std::string& path : paths) {
    const auto it = files_.find(path);
    if (it == files_.end()) continue;
    if (std::string difference = Difference(path, it->second); !difference.empty())
      different.push_back(std::move(difference));
  }
  return StatusOf(std::move(different));
}

// Paths come from the coordinator. It is told nothing of files that are not the checkout's, not even if they exist.
std::string ExpectedFiles::Difference(const std::string& path, File& file) const {
  const std::string name = BytesOf(path);
  struct stat now = {};
  if (file.found && stat(absl::StrCat(workdir_, "/", name).c_str(), &now) == 0 && IsSame(now, file.seen)) return "";
  // A change after this is seen the next time.
  const absl::StatusOr<RegularFile> opened = RegularFile::OpenBelow(workdir_, name);
  if (absl::IsPermissionDenied(opened.status())) return absl::StrCat(path, " leads out of the checkout");
  if (absl::IsFailedPrecondition(opened.status())) return absl::StrCat(path, " is no regular file");
  if (!opened.ok()) return absl::StrCat(path, " is missing");
  const absl::StatusOr<std::string> content = opened->Read();
  if (absl::IsResourceExhausted(content.status())) return absl::StrCat(path, " is too large for a test file");
  if (!content.ok()) return absl::StrCat(path, " is missing");
  if (DigestOf(*content) != file.digest) return absl::StrCat(path, " differs");
  file.found = true;
  file.seen = opened->info();
  return "";
}

absl::Status ExpectedFiles::StatusOf(std::vector<std::string> different) const {
  if (different.empty()) return absl::OkStatus();
  const size_t more = different.size() - std::min(different.size(), kMostNamed);
  different.resize(different.size() - more);
  return absl::AbortedError(absl::StrCat(
      "its checkout ", workdir_, " differs from the coordinator's: ", absl::StrJoin(different, ", "),
      more == 0 ? "" : absl::StrCat(", and ", more, " more"),
      "; update it, name another checkout with the agent's --workdir, or run this one as it is with --allow-stale"));
}

}  // namespace fastest::agent
