#include "coordinator/request/warm_request.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/request/value_reader.h"

namespace fastest::request {
namespace {

constexpr char kOption[] = "--warm";

// Empty if there is no place for it.
std::string FolderOf(const Invocation& invocation) {
  if (const std::string runtime = invocation.Variable("XDG_RUNTIME_DIR"); !runtime.empty()) return runtime + "/fastest";
  const std::string cache = invocation.CacheDirectory();
  return cache.empty() ? "" : cache + "/warm";
}

// Why --warm has no effect; empty: it has.
std::string WhyIgnored(const options::CommandLine& line, const Invocation& invocation, bool on_farm) {
  if (on_farm) return "--warm is ignored: it has no effect on agents of other machines";
  const auto origin = line.origins.find(kOption);
  if (origin == line.origins.end() || invocation.Variable("CI").empty()) return "";
  return absl::StrCat(origin->second, " is ignored in CI (the variable CI is set): type --warm on the command line");
}

}  // namespace

absl::StatusOr<WarmRequest> ReadWarmRequest(const options::CommandLine& line, const Invocation& invocation,
                                            bool on_farm) {
  const ValueReader reader(line, invocation);
  WarmRequest warm;
  ASSIGN_OR_RETURN(const std::optional<std::string> word, reader.FlagOrWord(kOption, "stop"));
  if (!word.has_value()) return warm;
  warm.folder = FolderOf(invocation);
  if (warm.folder.empty()) {
    return absl::InvalidArgumentError("--warm needs a folder: set XDG_RUNTIME_DIR, XDG_CACHE_HOME or HOME");
  }
  warm.stop = *word == "stop";
  if (warm.stop) return warm;
  warm.note = WhyIgnored(line, invocation, on_farm);
  warm.keep = warm.note.empty();
  return warm;
}

}  // namespace fastest::request
