// Says so if a suite only lacks the working directory on sys.path, which `python -m pytest` puts there.
#ifndef FASTEST_COORDINATOR_COMMANDS_RUNS_IMPORT_HINT_H_
#define FASTEST_COORDINATOR_COMMANDS_RUNS_IMPORT_HINT_H_

#include <string>

#include "coordinator/report/reporter.h"

namespace fastest::commands {

// A line for the user if `error` says that a module is missing which lies in `directory`; else empty.
std::string ImportHint(const std::string& error, const std::string& directory);

// Says the hint once, at the end of a run in which a module could not be imported.
class ImportHintReporter final : public report::Reporter {
 public:
  explicit ImportHintReporter(std::string directory) : directory_(std::move(directory)) {}

  void Collect(const v1::CollectReport& report) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  const std::string directory_;
  std::string hint_;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_RUNS_IMPORT_HINT_H_
