// What a worker would have said about a module whose tests were decided without Python. Pure.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_RESULTS_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_RESULTS_H_

#include <string>
#include <vector>

#include "coordinator/constant_tests/module.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::constant_tests {

// The name that stands in reports and books in place of a worker's.
inline constexpr char kNoWorker[] = "native";

struct DecidedResults {
  v1::WorkerMessage::Collected collected;
  // In the same order.
  std::vector<v1::TestResult> results;
};

// `node_id`: the module's. `now`: seconds since the epoch, for every stage of the tests.
DecidedResults ResultsOf(const std::string& node_id, const Module& module, double now);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_DECIDED_RESULTS_H_
