// The tests of a worker's leases. The worker names a test by its position in its lease.
#ifndef FASTEST_AGENT_WORKERS_LEASE_TESTS_H_
#define FASTEST_AGENT_WORKERS_LEASE_TESTS_H_

#include <cstdint>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "proto/run.pb.h"

namespace fastest::agent {

// Learns from the messages of one worker. Not thread-safe; owned by the worker.
class LeaseTests {
 public:
  // Takes every message of the worker, in order, before anybody else sees it. InvalidArgument: the message names a test
  // that the worker has not said to have.
  absl::Status Check(const v1::WorkerMessage& message);

  // Fills `progress` from its short form (docs/worker_protocol.md). InvalidArgument: this is no short form, or names a
  // test that the worker has not said to have.
  absl::Status Read(absl::string_view short_form, v1::WorkerMessage::Progress* progress) const;

 private:
  // Null: there is no such test.
  const v1::TestRef* Find(uint64_t lease_id, uint64_t position) const;

  // The tests of leases that are not done.
  std::unordered_map<uint64_t, google::protobuf::RepeatedPtrField<v1::TestRef>> tests_;
};

// Whether a frame's payload is a Progress in short form. Else it is the JSON of a WorkerMessage.
inline bool IsShortProgress(absl::string_view payload) { return !payload.empty() && payload.front() == '['; }

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_LEASE_TESTS_H_
