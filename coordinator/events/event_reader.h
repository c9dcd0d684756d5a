// Reads the lines of JsonReporter and tells them to a reporter, call by call. So every report can be made from the file
// alone.
#ifndef FASTEST_COORDINATOR_EVENTS_EVENT_READER_H_
#define FASTEST_COORDINATOR_EVENTS_EVENT_READER_H_

#include <istream>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/events/event_fields.h"
#include "coordinator/report/reporter.h"
#include "coordinator/results/run_summary.h"

namespace fastest::events {

// Skips types and fields that it does not know, as docs/events.md says. Skips `subtest` lines too, because the results
// of their tests hold all that they say. Not thread-safe.
class EventReader {
 public:
  // `name` is the name of the file, for messages. `in` must outlive the reader.
  EventReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  // Reads one line and tells it to `reporter`. Exception: run_finished is kept in summary(), and the caller decides
  // whether to call Finished, and with what. Returns false at the end. Errors: InvalidArgument names the file and the
  // line that is damaged, or whose form this version does not know.
  absl::StatusOr<bool> Next(report::Reporter& reporter);
  // The first line of the run, for callers who need it before anything is told. The next call of Next tells the line.
  // Nothing if the file breaks off before the end of that line.
  absl::StatusOr<std::optional<results::RunStart>> Start();

  // What run_finished says. If there is none after Next has returned false, the run was cut off. (Its last line may
  // have been cut, which is no error.)
  const std::optional<results::RunSummary>& summary() const { return summary_; }

 private:
  // Tells of the run's start. `run`: what the first line says. The second line may say more.
  absl::StatusOr<bool> TellStart(results::RunStart run, report::Reporter& reporter);
  // Returns false at the end, and for a line without an end.
  bool ReadLine();
  absl::Status Damaged(const std::string& how) const;

  std::istream& in_;
  const std::string name_;
  std::string line_;
  size_t line_number_ = 0;
  // A line was read and is not yet told.
  bool pending_ = false;
  bool started_ = false;
  std::optional<results::RunSummary> summary_;
};

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EVENT_READER_H_
