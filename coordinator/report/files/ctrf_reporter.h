// Writes the run in the Common Test Report Format (CTRF 0.0.0, a JSON form that dashboards read): `--report-ctrf`.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_CTRF_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_FILES_CTRF_REPORTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "base/text_buffer.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/reporter.h"
#include "proto/test_id.h"

namespace fastest::report {

// Tests are written when they end, so memory does not grow with them. Statuses: xfailed and xpassed are "other", and
// all kinds of failure are "failed". Not thread-safe.
class CtrfReporter : public Reporter {
 public:
  // The first error of `sink` is told on `err`, which must outlive the reporter.
  CtrfReporter(std::unique_ptr<ByteSink> sink, std::ostream& err) : sink_(std::move(sink)), err_(err) {}

  void RunStarted(const results::RunStart& run) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  // A file that could not be collected, or that skipped itself, is an entry like a test.
  void Collect(const v1::CollectReport& report) override;
  bool OnlyWritesAFile() const override { return true; }
  // Returns false if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
  // Adds the test's earlier attempts to its entry, and forgets them.
  void AddAttempts(const TestId& test);
  // Begins an entry, and counts it.
  void BeginEntry(std::string_view status);
  void Write(std::string_view text);

  const std::unique_ptr<ByteSink> sink_;
  std::ostream& err_;
  results::RunStart run_;
  TextBuffer gathered_;
  bool first_ = true;
  absl::Status status_;
  std::map<std::string, int> by_status_;
  int tests_ = 0;
  int flaky_ = 0;
  // Failed attempts as JSON, of tests whose result is still to come.
  std::map<TestId, std::string> attempts_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_CTRF_REPORTER_H_
