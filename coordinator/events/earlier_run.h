// Reads what an earlier run said of its tests (--compare-with): its event lines, or its HTML report.
#ifndef FASTEST_COORDINATOR_EVENTS_EARLIER_RUN_H_
#define FASTEST_COORDINATOR_EVENTS_EARLIER_RUN_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/report/earlier_report.h"

namespace fastest::events {

// InvalidArgument names the file and says what is wrong with it. Event lines that break off are read up to there.
absl::StatusOr<report::EarlierReport> ReadEarlierRun(const std::string& path);

}  // namespace fastest::events

#endif  // FASTEST_COORDINATOR_EVENTS_EARLIER_RUN_H_
