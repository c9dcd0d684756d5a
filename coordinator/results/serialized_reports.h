// A result as pytest's own reports, serialized: for a result that came without them because its worker died. Pure.
#ifndef FASTEST_COORDINATOR_RESULTS_SERIALIZED_REPORTS_H_
#define FASTEST_COORDINATOR_RESULTS_SERIALIZED_REPORTS_H_

#include <string>

#include "proto/test.pb.h"

namespace fastest::results {

// As TestResult.serialized: one TestReport for each phase, without subtests. Text that is not UTF-8 is replaced.
std::string SerializedReports(const v1::TestResult& result);

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_SERIALIZED_REPORTS_H_
