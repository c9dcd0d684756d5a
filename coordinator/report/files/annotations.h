// Failures as GitHub Actions shows them beside the code: workflow commands on standard output, if GITHUB_ACTIONS says
// that they are read.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_ANNOTATIONS_H_
#define FASTEST_COORDINATOR_REPORT_FILES_ANNOTATIONS_H_

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Each failure has one annotation, at the last line of the test's file that its text names, else where the test begins.
// Writes at most ten, because GitHub shows no more for one step. They come at the end, after all text. Not thread-safe.
class Annotations : public Reporter {
 public:
  // Paths are relative to `workspace` (GITHUB_WORKSPACE), if the project is below it. A merge reports tests that ran in
  // the workspaces of other machines: their paths are relative to the folder in which the run was begun. `out` must
  // outlive the reporter.
  Annotations(std::ostream& out, std::string workspace) : out_(out), workspace_(std::move(workspace)) {}

  void RunStarted(const results::RunStart& run) override {
    rootdir_ = run.rootdir;
    begun_in_ = run.invocation_dir;
  }
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  void Add(const std::string& level, const std::string& path, int line, const std::string& title,
           const std::string& message);

  std::ostream& out_;
  const std::string workspace_;
  std::string rootdir_;
  std::string begun_in_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_ANNOTATIONS_H_
