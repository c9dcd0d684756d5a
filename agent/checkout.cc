#include "agent/checkout.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file_digest.h"

namespace fastest::agent {
namespace {

// Of the files that differ, this many are named.
constexpr size_t kMostNamed = 3;

std::string MapArgument(const std::string& argument, const std::string& from, const std::string& to) {
  if (argument.empty()) return argument;
  if (argument[0] == '/') return MapPath(argument, from, to);
  const size_t equals = argument.find('=');
  if (argument[0] != '-' || equals == std::string::npos) return argument;
  return absl::StrCat(argument.substr(0, equals + 1), MapPath(argument.substr(equals + 1), from, to));
}

}  // namespace

std::string MapPath(const std::string& path, const std::string& from, const std::string& to) {
  if (from.empty() || path.compare(0, from.size(), from) != 0) return path;
  const std::string rest = path.substr(from.size());
  // A longer name that only begins alike is another place; "::" begins a node id.
  if (!rest.empty() && rest[0] != '/' && rest[0] != ':' && from.back() != '/') return path;
  if (from.back() == '/' && !rest.empty()) return absl::StrCat(to, "/", rest);
  return to + rest;
}

v1::RunSpec SpecForCheckout(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir) {
  v1::RunSpec spec = start.spec();
  spec.clear_python();
  spec.set_invocation_dir(MapPath(spec.invocation_dir(), start.rootdir(), workdir));
  spec.clear_pytest_args();
  // Where no ini-file says it, pytest would find it by what lies around, which may be other things here.
  spec.add_pytest_args(absl::StrCat("--rootdir=", workdir));
  for (const std::string& argument : start.spec().pytest_args()) {
    spec.add_pytest_args(MapArgument(argument, start.rootdir(), workdir));
  }
  return spec;
}

absl::Status CompareFiles(const v1::CoordinatorMessage::StartRun& start, const std::string& workdir) {
  std::vector<std::string> different;
  for (const auto& file : start.files()) {
    const std::optional<uint64_t> own = FileDigest(absl::StrCat(workdir, "/", file.path()));
    if (!own.has_value()) {
      different.push_back(absl::StrCat(file.path(), " is missing"));
    } else if (*own != file.digest()) {
      different.push_back(absl::StrCat(file.path(), " differs"));
    }
  }
  if (different.empty()) return absl::OkStatus();
  const size_t more = different.size() - std::min(different.size(), kMostNamed);
  different.resize(different.size() - more);
  return absl::AbortedError(absl::StrCat(
      "its checkout ", workdir, " is not the coordinator's: ", absl::StrJoin(different, ", "),
      more == 0 ? "" : absl::StrCat(", and ", more, " more"),
      "; bring it up to date, name the right one by the agent's --workdir, or run what is there with --allow-stale"));
}

}  // namespace fastest::agent
