// The order in which one worker of a run ran its tests. It is read from the run's events, and written as events for a
// run that repeats it.
#ifndef FASTEST_COORDINATOR_ISOLATION_SEQUENCE_H_
#define FASTEST_COORDINATOR_ISOLATION_SEQUENCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/results/run_facts.h"
#include "proto/test.pb.h"

namespace fastest::isolation {

// The tests that a single worker is to run, in this order. A value.
struct Sequence {
  std::vector<v1::TestRef> tests;
  // The number of the worker ("gw3"), and the number of the run's slots: tests can see both.
  int worker = 0;
  int slots = 1;
};

// One run of a test.
struct Ran {
  v1::TestRef ref;
  std::string worker;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  v1::Reason reason = v1::REASON_NONE;

  bool failed() const { return outcome == v1::FAILED || outcome == v1::ERROR; }
};

// Which worker ran which test, in the order of reports. So the tests of each worker stand in the order in which it ran
// them.
struct RecordedRun {
  results::RunStart start;
  std::vector<Ran> tests;
};

// Events that break off are read up to the break. Errors: InvalidArgument names the file, and the line that is damaged.
absl::StatusOr<RecordedRun> ReadRecordedRun(const std::string& path);

// What `worker` ran, up to and including its first run of `until`. An empty `until` means everything that it ran.
// An empty `worker` means the worker on which `until` failed first, or else ran first. With both empty, the run must
// have only one worker. A test that the worker ran several times stands once, at its first run.
// Errors: InvalidArgument if the run has no such worker, or if the worker has not run the test. The text says which
// worker has.
absl::StatusOr<Sequence> SequenceOf(const RecordedRun& run, const std::string& worker, const std::string& until);

// Writes the events of a run, with its arguments, in which the worker of `sequence` ran its tests. Errors name the
// path.
absl::Status WriteSequence(const results::RunStart& start, const Sequence& sequence, const std::string& path);

}  // namespace fastest::isolation

#endif  // FASTEST_COORDINATOR_ISOLATION_SEQUENCE_H_
