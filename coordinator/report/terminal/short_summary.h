// "short test summary info": one line for each test of the kinds that -r chose.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_SHORT_SUMMARY_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_SHORT_SUMMARY_H_

#include "coordinator/report/terminal/summary_sections.h"

namespace fastest::report {

// Prints nothing if no report is of a chosen kind.
void PrintShortSummary(const Page& page, const ReportsByCategory& reports);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_SHORT_SUMMARY_H_
