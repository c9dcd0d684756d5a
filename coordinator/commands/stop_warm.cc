#include "coordinator/commands/stop_warm.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "coordinator/agents/warm_place.h"
#include "coordinator/commands/text/messages.h"
#include "proto/exit_code.h"

namespace fastest::commands {

int StopWarmCommand(const discovery::ProjectConfig& project, const request::WarmRequest& request) {
  const absl::StatusOr<std::vector<std::string>> ended = agents::StopWarmAgents(request.folder, project.rootdir);
  if (!ended.ok()) {
    return Fail(ended.status(), absl::IsInvalidArgument(ended.status()) ? kUsageError : kInternalError);
  }
  for (const std::string& text : *ended) Say("fastest: " + text);
  if (ended->empty()) Say(absl::StrCat("fastest: ", project.rootdir, " has no warm agent"));
  return kOk;
}

}  // namespace fastest::commands
