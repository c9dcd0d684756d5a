// The run as JSON lines, one for each event: `--report-json`. docs/events.md describes them.
#ifndef FASTEST_COORDINATOR_REPORT_JSON_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_JSON_REPORTER_H_

#include <memory>
#include <ostream>
#include <string>

#include "coordinator/report/byte_sink.h"
#include "coordinator/report/reporter.h"

namespace fastest::report {

// Not thread-safe. Lines are gathered and written whole, at each Tick and whenever there are many, so that a reader never sees half
// of one unless the disk is full.
class JsonReporter : public Reporter {
 public:
  // The first error of `sink` is told on `err`, in one line; nothing more is written after it. `err` must outlive the reporter.
  JsonReporter(std::unique_ptr<ByteSink> sink, std::ostream& err) : sink_(std::move(sink)), err_(err) {}

  void RunStarted(const RunStart& run) override;
  void WorkerStarted(const Origin& origin, const Labels& labels) override;
  void WorkerLost(const Origin& origin, const std::string& how) override;
  void Attempt(const v1::TestResult& result, const Origin& origin) override;
  void Result(const v1::TestResult& result, const Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Warning(const v1::RecordedWarning& warning) override;
  void Note(const std::string& text) override;
  void Tick(double now) override;
  // False if the report is not complete.
  bool Finished(const results::RunSummary& summary) override;

 private:
  void AddResult(const char* type, const v1::TestResult& result, const Origin& origin);
  // Adds a line to what is gathered.
  void Add(const std::string& line);
  void Write();
  void Check(const absl::Status& status);

  const std::unique_ptr<ByteSink> sink_;
  std::ostream& err_;
  std::string gathered_;
  bool failed_ = false;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_JSON_REPORTER_H_
