// The end of several reporters.
#ifndef FASTEST_COORDINATOR_REPORT_FINISH_H_
#define FASTEST_COORDINATOR_REPORT_FINISH_H_

#include <memory>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Tells all reporters, in their order, that the run has ended. Returns false if one of them could not do its work.
// Neighbours that only write files of their own work at the same time, each in a thread: the workers have left the
// cores by then.
bool FinishAll(const std::vector<std::unique_ptr<Reporter>>& reporters, const results::RunSummary& summary);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FINISH_H_
