// Writes the run as Chrome trace events, for Perfetto and chrome://tracing (`--trace-json`). The format is the "Trace
// Event Format" of the Chromium project.
#ifndef FASTEST_COORDINATOR_REPORT_FILES_TRACE_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_FILES_TRACE_REPORTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text_buffer.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/reporter.h"
#include "coordinator/report/slot_tracks.h"
#include "proto/test_id.h"

namespace fastest::report {

// Draws a process for each agent, and a track for each of its slots. A track shows batches, in them tests, and in these
// set-up, call and teardown (not for tests that pass within 0.1 ms). Arrows lead from a failed attempt to the next one,
// and from a batch to what another worker took over of its module. Counters show the tests that run and those still to
// come. Times are microseconds from the start of the run. Not thread-safe.
class TraceReporter : public Reporter {
 public:
  // The first error of `sink` is told on `err`, which must outlive the reporter.
  TraceReporter(std::unique_ptr<ByteSink> sink, std::ostream& err) : sink_(std::move(sink)), err_(err) {}

  void RunStarted(const results::RunStart& run) override;
  void Expected(int tests, bool exact) override;
  void WorkerStarted(const results::Origin& origin, const results::Labels& labels) override;
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void BatchLeased(const results::LeaseFacts& lease, const results::Origin& origin) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  void Note(const std::string& text) override;
  bool OnlyWritesAFile() const override { return true; }
  // Returns false if the file could not be written.
  bool Finished(const results::RunSummary& summary) override;

 private:
  // A slot of an agent, by the numbers of the trace.
  struct Track {
    int process = 0;
    int thread = 0;
  };
  struct Lease {
    Track track;
    std::string module;
    double first = 0;
    double last = 0;
    int tests = 0;
    // The track from which the lease takes something over, and when. Drawn with its first test.
    std::optional<std::pair<Track, double>> from;
  };

  Track TrackOf(const results::Origin& origin);
  double Micros(double at) const { return (at - started_at_) * 1e6; }
  // Writes the events of a test. Returns its end.
  double AddTest(const v1::TestResult& result, const results::Origin& origin);
  void EndRetry(const v1::TestResult& result, Track track, double begin);
  // `more` are further fields, as JSON without braces.
  void AddEvent(const char* kind, const std::string& name, Track track, double at, const std::string& more);
  // BeginEvent writes an event up to its further fields, and EndEvent the rest.
  void BeginEvent(std::string_view kind, std::string_view name, Track track, double at);
  // From rounded time to rounded time: a span within another one stays within it.
  void AddSpan(double begin, double end);
  void EndEvent(std::string_view more);
  void AddCounters();
  void Write(std::string_view text);

  const std::unique_ptr<ByteSink> sink_;
  std::ostream& err_;
  TextBuffer gathered_;
  bool first_ = true;
  absl::Status status_;
  double started_at_ = 0;
  double last_at_ = 0;
  int expected_ = 0;
  int arrows_ = 0;
  SlotTracks tracks_;
  std::map<uint64_t, Lease> leases_;
  // The latest lease of a module, for leases that take something over from it.
  std::map<std::string, uint64_t> lease_of_module_;
  // Arrows that wait for the next attempt of a test.
  std::map<TestId, int> retries_;
  // Begins and ends of tests.
  std::vector<std::pair<double, int>> changes_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FILES_TRACE_REPORTER_H_
