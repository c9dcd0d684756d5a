// Outcomes as the HTML report's data has them: one letter each.
#ifndef FASTEST_COORDINATOR_REPORT_OUTCOME_LETTER_H_
#define FASTEST_COORDINATOR_REPORT_OUTCOME_LETTER_H_

#include "proto/test.pb.h"

namespace fastest::report {

// p passed, f failed, e error, s skipped, x xfailed, X xpassed, q a failure in quarantine.
inline char OutcomeLetter(const v1::TestResult& result) {
  if (!result.quarantined().empty()) return 'q';
  switch (result.outcome()) {
    case v1::PASSED:
      return 'p';
    case v1::FAILED:
      return 'f';
    case v1::SKIPPED:
      return 's';
    case v1::XFAILED:
      return 'x';
    case v1::XPASSED:
      return 'X';
    default:
      return 'e';
  }
}

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_OUTCOME_LETTER_H_
