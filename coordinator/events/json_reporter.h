// Writes the run as JSON lines, one for each event (`--report-json`). docs/events.md describes them.
#ifndef FASTEST_COORDINATOR_EVENTS_JSON_REPORTER_H_
#define FASTEST_COORDINATOR_EVENTS_JSON_REPORTER_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/text_buffer.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/reporter.h"

namespace fastest::events {

// Lines are gathered, and written whole at each Tick and whenever there are many. So a reader never sees half a line
// unless the disk is full. Not thread-safe.
class JsonReporter : public report::Reporter {
 public:
  // The first error of `sink` is told on `err`, in one line. After it nothing more is written. `err` must outlive the
  // reporter.
  JsonReporter(std::unique_ptr<report::ByteSink> sink, std::ostream& err) : sink_(std::move(sink)), err_(err) {}

  // Written at once: a run that is killed before its first worker is ready leaves word of itself.
  void RunAnnounced(const results::RunStart& run) override;
  void RunStarted(const results::RunStart& run) override;
  void AgentJoined(const results::AgentFacts& agent) override;
  void AgentLost(const std::string& agent, const std::string& why) override;
  void AgentRefused(const std::string& agent, const std::string& why) override;
  void Planned(const results::PlanFacts& plan) override;
  void Expected(int tests, bool exact) override;
  void Deselected(int tests) override;
  void ModuleExpected(const std::string& module, int tests) override;
  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override;
  void WorkerStarted(const results::Origin& origin, const results::Labels& labels) override;
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void BatchLeased(const results::LeaseFacts& lease, const results::Origin& origin) override;
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Warning(const v1::RecordedWarning& warning) override;
  void Output(const v1::WorkerMessage::Output& output, const results::Origin& origin) override;
  void Note(const std::string& text) override;
  void Tick(double now) override;
  bool OnlyWritesAFile() const override { return true; }
  // Returns false if the report is incomplete.
  bool Finished(const results::RunSummary& summary) override;
  bool Abandoned(const results::RunSummary& summary) override { return Finished(summary); }

 private:
  // Adds a line to what is gathered.
  void Add(const std::string& line);
  void WriteIfMuch();
  void Write();
  void Check(const absl::Status& status);

  const std::unique_ptr<report::ByteSink> sink_;
  std::ostream& err_;
  TextBuffer gathered_;
  int deselected_ = 0;
  bool announced_ = false;
  bool failed_ = false;
};

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_JSON_REPORTER_H_
