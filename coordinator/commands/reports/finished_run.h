// What --from-json and --merge have in common: both report runs that are over, from their event files.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPORTS_FINISHED_RUN_H_
#define FASTEST_COORDINATOR_COMMANDS_REPORTS_FINISHED_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/commands/reports/reporters.h"
#include "coordinator/options/command_line.h"
#include "coordinator/report/reporter.h"
#include "coordinator/request/request.h"
#include "coordinator/results/run_summary.h"

namespace fastest::commands {

// InvalidArgument: something stands beside `option` (--from-json or --merge) that says how tests are run. Which options
// may stand there is said by the flag table.
absl::Status CheckCompanions(const options::CommandLine& line, const std::string& option);

// What is asked of the reports. Only `line` counts: a project's settings and addopts do not change a run that is over.
absl::StatusOr<request::Request> ReportsOnly(const options::CommandLine& line, const request::Invocation& invocation);

// The reporters that are asked for. With --history one more records the durations. Without it nothing does: the run has
// recorded them at its own place.
std::vector<std::unique_ptr<report::Reporter>> ReportersFor(const options::CommandLine& line,
                                                            const request::Request& request, OpenedReports reports);

// The run's exit code; 3 if it was 0 and a report could not be written.
int ExitCodeOf(const results::RunSummary& summary, bool reports_complete);

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPORTS_FINISHED_RUN_H_
