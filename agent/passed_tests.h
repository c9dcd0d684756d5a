// Makes whole results of those that a worker sends in short.
#ifndef FASTEST_AGENT_PASSED_TESTS_H_
#define FASTEST_AGENT_PASSED_TESTS_H_

#include <cstdint>
#include <unordered_map>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "proto/run.pb.h"

namespace fastest::agent {

// What one worker has said of its leases, as far as that takes. Not thread-safe; owned by the worker.
class PassedTests {
 public:
  // Sees every message of the worker, in order, before anybody else, and moves `passed` over to `results`.
  // InvalidArgument: it names a test that it had not said to have.
  absl::Status Take(v1::WorkerMessage* message);

 private:
  // The tests of leases that are not done.
  std::unordered_map<uint64_t, google::protobuf::RepeatedPtrField<v1::TestRef>> tests_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_PASSED_TESTS_H_
