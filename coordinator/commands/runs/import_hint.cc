#include "coordinator/commands/runs/import_hint.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "coordinator/commands/text/messages.h"

namespace fastest::commands {
namespace {

constexpr char kMissing[] = "ModuleNotFoundError: No module named '";

// The name in front of the first dot, since the missing module may be a part of a package.
std::string TopName(const std::string& error, size_t at) {
  const std::string name = error.substr(at, error.find_first_of("'.\n", at) - at);
  return name.find('/') == std::string::npos ? name : "";
}

}  // namespace

std::string ImportHint(const std::string& error, const std::string& directory) {
  const size_t found = error.find(kMissing);
  if (found == std::string::npos) return "";
  const std::string name = TopName(error, found + sizeof(kMissing) - 1);
  if (name.empty()) return "";
  for (const char* const ending : {".py", "/"}) {
    const std::string place = absl::StrCat(name, ending);
    if (access(absl::StrCat(directory, "/", place).c_str(), F_OK) != 0) continue;
    return absl::StrCat("fastest: ", place,
                        " is in the working directory, which is not on sys.path. --as-module puts it "
                        "there, as `python -m pytest` does");
  }
  return "";
}

void ImportHintReporter::Collect(const v1::CollectReport& report) {
  if (hint_.empty() && report.outcome() == "failed") hint_ = ImportHint(report.longrepr(), directory_);
}

bool ImportHintReporter::Finished(const results::RunSummary&) {
  if (!hint_.empty()) Say(hint_);
  return true;
}

}  // namespace fastest::commands
