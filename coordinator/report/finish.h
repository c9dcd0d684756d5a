// The end of several reporters.
#ifndef FASTEST_COORDINATOR_REPORT_FINISH_H_
#define FASTEST_COORDINATOR_REPORT_FINISH_H_

#include <memory>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Tells all of them, in their order, that the run has ended; false if one of them could not do its work. Neighbours that only write files
// of their own do it at the same time, each in a thread: by then the workers have left their cores.
bool FinishAll(const std::vector<std::unique_ptr<Reporter>>& reporters, const results::RunSummary& summary);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_FINISH_H_
