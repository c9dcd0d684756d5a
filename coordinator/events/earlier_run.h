// Reads the results of an earlier run (--compare-with) from its event lines or from its HTML report.
#ifndef FASTEST_COORDINATOR_EVENTS_EARLIER_RUN_H_
#define FASTEST_COORDINATOR_EVENTS_EARLIER_RUN_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/report/earlier_report.h"

namespace fastest::events {

// Event lines that break off are read up to the break. Errors: InvalidArgument names the file and says what is wrong.
absl::StatusOr<report::EarlierReport> ReadEarlierRun(const std::string& path);

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EARLIER_RUN_H_
