// What nobody needs to say of a test that passed.
#ifndef FASTEST_COORDINATOR_RESULTS_PASSED_RESULT_H_
#define FASTEST_COORDINATOR_RESULTS_PASSED_RESULT_H_

#include <string>

#include "proto/run.pb.h"

namespace fastest::results {

// The whole result of what a worker said in short of `ref`.
v1::TestResult PassedResult(const v1::WorkerMessage::Passed& passed, const v1::TestRef& ref);

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_PASSED_RESULT_H_
