// The run as JUnit XML: `--junitxml`, as pytest writes it, tests in pytest's order whatever the order in which they ended.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_JUNIT_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_FILES_JUNIT_REPORTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/byte_sink.h"
#include "coordinator/report/files/junit_cases.h"
#include "coordinator/report/reporter.h"
#include "proto/test_id.h"

namespace fastest::report {

// Not thread-safe. Writes at the end, since the counts come first in the file.
class JunitReporter : public Reporter {
 public:
  // Of `options` only the prefix is the caller's: the rest yields to what pytest resolved (RunStart.options). The first error of
  // `sink` is told on `err`, in one line; `err` must outlive the reporter.
  JunitReporter(std::unique_ptr<ByteSink> sink, const JunitOptions& options, std::ostream& err)
      : sink_(std::move(sink)), options_(options), err_(err) {}

  void RunStarted(const results::RunStart& run) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool OnlyWritesAFile() const override { return true; }
  // False if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
  JunitCases& cases();

  const std::unique_ptr<ByteSink> sink_;
  JunitOptions options_;
  std::ostream& err_;
  results::RunStart run_;
  // Made when the first case comes: the options are known then.
  std::unique_ptr<JunitCases> cases_;
  // Attempts that failed, of tests whose result is to come, by node id and index.
  std::map<TestId, std::vector<v1::TestResult>> attempts_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_JUNIT_REPORTER_H_
