// The order in which one worker of a run ran its tests: read from the run's events, and written as such for a run that repeats it.
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

// What a single worker is to run, in this order. A value.
struct Sequence {
  std::vector<v1::TestRef> tests;
  // The number of the worker ("gw3") and of the slots that it is one of: what its tests can see of the run.
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

// Who ran what, in the order in which it was reported: each worker's tests stand in the order in which it ran them.
struct RecordedRun {
  results::RunStart start;
  std::vector<Ran> tests;
};

// InvalidArgument names the file, and the line that is damaged. Of events that break off the rest is missing.
absl::StatusOr<RecordedRun> ReadRecordedRun(const std::string& path);

// What `worker` ran up to and with its first run of `until`; all that it ran if `until` is empty. Without a `worker` it is the one on which
// `until` failed first, or else ran first; without either, the only one. A test that it ran several times stands once, at its first.
// InvalidArgument: the run has no such worker, or that has not run the test; the text says who has.
absl::StatusOr<Sequence> SequenceOf(const RecordedRun& run, const std::string& worker, const std::string& until);

// Events of a run, with arguments and all, whose worker of `sequence` ran its tests. Errors name the path.
absl::Status WriteSequence(const results::RunStart& start, const Sequence& sequence, const std::string& path);

}  // namespace fastest::isolation

#endif  // FASTEST_COORDINATOR_ISOLATION_SEQUENCE_H_
