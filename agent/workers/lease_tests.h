// The leases of a worker, and their tests. What the worker says of others' leases is not passed on: tests run in the
// worker, and may write into its channel.
#ifndef FASTEST_AGENT_WORKERS_LEASE_TESTS_H_
#define FASTEST_AGENT_WORKERS_LEASE_TESTS_H_

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "proto/run.pb.h"

namespace fastest::agent {

// Learns from the messages of one worker. Not thread-safe; owned by the worker.
class LeaseTests {
 public:
  // The worker is given this lease.
  void Grant(uint64_t lease_id) { leases_.try_emplace(lease_id); }

  // Takes every message of the worker, in order, before anybody else sees it. InvalidArgument: the message names a
  // lease that the worker was not given or has done, or a test that the worker has not said to have.
  absl::Status Check(const v1::WorkerMessage& message);

  // Fills `progress` from its short form (docs/worker_protocol.md). InvalidArgument: this is no short form, or names a
  // test that the worker has not said to have.
  absl::Status Read(absl::string_view short_form, v1::WorkerMessage::Progress* progress) const;

 private:
  struct Lease {
    google::protobuf::RepeatedPtrField<v1::TestRef> tests;
    bool collected = false;
    // Where the next test is expected.
    int next = 0;
  };

  absl::Status CheckProgress(const v1::WorkerMessage::Progress& progress);
  // OK: the lease holds the test.
  absl::Status CheckTest(uint64_t lease_id, const v1::TestRef& test);
  // Null: there is no such test.
  const v1::TestRef* Find(uint64_t lease_id, uint64_t position) const;

  // Those that are not done, and those that are.
  std::unordered_map<uint64_t, Lease> leases_;
  std::unordered_set<uint64_t> done_;
};

// Whether a frame's payload is a Progress in short form. Else it is the JSON of a WorkerMessage.
inline bool IsShortProgress(absl::string_view payload) { return !payload.empty() && payload.front() == '['; }

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_WORKERS_LEASE_TESTS_H_
