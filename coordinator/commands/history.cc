#include "coordinator/commands/history.h"

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "coordinator/commands/text/messages.h"
#include "coordinator/history/history.h"
#include "coordinator/history/store.h"
#include "proto/exit_code.h"

namespace fastest::commands {
namespace {

absl::Status Import(const discovery::ProjectConfig& project, const request::Request& request) {
  ASSIGN_OR_RETURN(const std::unique_ptr<history::History> store, history::OpenStore(request.history.store));
  for (const std::string& file : request.history.imports) {
    ASSIGN_OR_RETURN(const int tests, history::Import(file, project.rootdir, request.history.project, *store));
    Print(absl::StrCat(file, ": durations of ", Tests(static_cast<size_t>(tests)), "\n"),
          request.report.text_to_stderr);
  }
  return absl::OkStatus();
}

absl::Status Compact(const request::Request& request) {
  ASSIGN_OR_RETURN(const int files, history::CompactStore(request.history.store));
  std::string said = absl::StrCat("joined ", files, files == 1 ? " file" : " files", " into one");
  if (files == 0) said = "nothing was joined: there are no files, or another process is joining them";
  Print(absl::StrCat(request.history.store, ": ", said, "\n"), request.report.text_to_stderr);
  return absl::OkStatus();
}

}  // namespace

int HistoryCommand(const discovery::ProjectConfig& project, const request::Request& request) {
  if (request.history.store.empty()) {
    return Fail(absl::InvalidArgumentError("no history is kept: name one with --history"), kUsageError);
  }
  if (!request.history.imports.empty()) {
    if (const absl::Status status = Import(project, request); !status.ok()) return Fail(status, kUsageError);
  }
  if (request.history.compact) {
    const absl::Status status = Compact(request);
    if (!status.ok()) return Fail(status, absl::IsInvalidArgument(status) ? kUsageError : kInternalError);
  }
  return kOk;
}

}  // namespace fastest::commands
