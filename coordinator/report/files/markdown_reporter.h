// The run in a few lines of Markdown, for a CI job's summary: `--report-markdown`.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_MARKDOWN_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_FILES_MARKDOWN_REPORTER_H_

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/byte_sink.h"
#include "coordinator/report/reporter.h"
#include "coordinator/report/text/test_report.h"

namespace fastest::report {

// Not thread-safe. Keeps what failed or was flaky; of many failures, and of long texts, only so much as a summary can show.
class MarkdownReporter : public Reporter {
 public:
  // The first error of `sink` is told on `err`, which must outlive the reporter.
  MarkdownReporter(std::unique_ptr<ByteSink> sink, std::ostream& err) : sink_(std::move(sink)), err_(err) {}

  void RunStarted(const results::RunStart& run) override { run_ = run; }
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool OnlyWritesAFile() const override { return true; }
  // False if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
  const std::unique_ptr<ByteSink> sink_;
  std::ostream& err_;
  results::RunStart run_;
  std::vector<TestReport> failures_;
  // What the latest failed attempt said, by node id; of those that passed then: node id and what is told of it.
  std::map<std::string, std::string> attempts_;
  std::vector<std::pair<std::string, std::string>> flaky_;
  // Node id and why its failure does not count.
  std::vector<std::pair<std::string, std::string>> quarantined_;
  // Of the failures that have one, by node id.
  std::map<std::string, std::string> labels_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_MARKDOWN_REPORTER_H_
