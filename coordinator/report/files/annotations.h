// Failures as GitHub Actions shows them beside the code: workflow commands on standard output, where GITHUB_ACTIONS says that somebody reads
// them.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_ANNOTATIONS_H_
#define FASTEST_COORDINATOR_REPORT_FILES_ANNOTATIONS_H_

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Not thread-safe. At most ten, since GitHub shows no more of one step; they come at the end, after all text.
class Annotations : public Reporter {
 public:
  // Paths are given relative to `workspace` (GITHUB_WORKSPACE), if the project lies below it. `out` must outlive the reporter.
  Annotations(std::ostream& out, std::string workspace) : out_(out), workspace_(std::move(workspace)) {}

  void RunStarted(const results::RunStart& run) override { rootdir_ = run.rootdir; }
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  void Add(const std::string& level, const std::string& path, int line, const std::string& title,
           const std::string& message);

  std::ostream& out_;
  const std::string workspace_;
  std::string rootdir_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_ANNOTATIONS_H_
