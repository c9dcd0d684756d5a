// Reads what JsonReporter wrote and tells it to a reporter again, call by call: every report can be made from the file alone.
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

// Not thread-safe. Types and fields that it doesn't know are passed over, as docs/events.md says; `subtest` lines too, since their tests'
// results hold all that they say.
class EventReader {
 public:
  // `name` is the file's, for messages. `in` must outlive the reader.
  EventReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  // Reads one line and tells it to `reporter`, save for run_finished, which is kept: whether and with what to call Finished is the
  // caller's to say. False at the end. InvalidArgument names file and line of what is damaged or of a form that this version doesn't know.
  absl::StatusOr<bool> Next(report::Reporter& reporter);
  // The run's first line, for callers who need it before anything is told; the next call of Next tells it. Nothing if there is none.
  absl::StatusOr<std::optional<results::RunStart>> Start();

  // Of run_finished. Without it, after Next has said false, the run was cut off (and its last line may have been cut, which is no error).
  const std::optional<results::RunSummary>& summary() const { return summary_; }

 private:
  // False at the end, and for a line without its end.
  bool ReadLine();
  absl::Status Damaged(const std::string& how) const;

  std::istream& in_;
  const std::string name_;
  std::string line_;
  size_t line_number_ = 0;
  // A line that was read and not yet told.
  bool pending_ = false;
  bool started_ = false;
  std::optional<results::RunSummary> summary_;
};

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EVENT_READER_H_
