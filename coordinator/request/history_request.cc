#include "coordinator/request/history_request.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "coordinator/history/remote_location.h"
#include "coordinator/history/store.h"
#include "coordinator/request/value_reader.h"

namespace fastest::request {
namespace {

// The path or address that `option` names; empty without the option.
absl::StatusOr<std::string> ReadStore(const char* option, const options::CommandLine& line,
                                      const Invocation& invocation) {
  std::string name = line.Last(option).value_or("");
  const absl::Status named = history::CheckStoreName(name);
  if (named.ok()) return history::IsRemote(name) ? name : invocation.Absolute(name);
  // The message of `named` shows the value, without what may be secret in it. So this line must not.
  std::string place = absl::StrReplaceAll(line.Given(option), {{name, ""}});
  while (!place.empty() && absl::StrContains(" =\"'", place.substr(place.size() - 1))) place.pop_back();
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", std::string(named.message())));
}

}  // namespace

absl::StatusOr<HistoryRequest> ReadHistoryRequest(const options::CommandLine& line,
                                                  const discovery::ProjectConfig& project,
                                                  const Invocation& invocation) {
  const ValueReader reader(line, invocation);
  HistoryRequest history;
  ASSIGN_OR_RETURN(history.store, ReadStore("--history", line, invocation));
  ASSIGN_OR_RETURN(history.base, ReadStore("--history-base", line, invocation));
  if (!reader.Has("--history")) {
    history.project = project.rootdir;
    const std::string cache = invocation.CacheDirectory();
    if (!cache.empty()) history.store = invocation.Absolute(cache + "/history.sqlite");
  }
  history.label_failures = reader.Has("--history") || reader.Has("--history-base");
  history.imports = reader.Paths("--history-import");
  history.compact = reader.Has("--history-compact");
  return history;
}

}  // namespace fastest::request
