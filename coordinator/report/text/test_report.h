// One report of pytest's protocol, made ready for showing. Pure.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_TEST_REPORT_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_TEST_REPORT_H_

#include <string>
#include <vector>

#include "coordinator/report/text/terminal_text.h"
#include "proto/test.pb.h"

namespace fastest::report {

// The phases of `result`, with everything that workers leave out: category, letter, word and outcome of phases that
// passed. If a worker died before it could write a failed phase, that phase is added. Categories of set-up and teardown
// that passed stay empty.
std::vector<v1::Phase> CompletePhases(const v1::TestResult& result);

// Whether the test passed and says no more than how long it took, as most tests do: set-up, call and teardown, each of
// which passed. Reporters have a fast way for these.
bool PassedPlainly(const v1::TestResult& result);

// CompletePhases of a test that passed plainly, without its times.
const std::vector<v1::Phase>& PlainPhases();

// The style in which pytest shows letter and word of a phase.
Style OutcomeStyle(const v1::Phase& phase);

// The user's text of a skip or xfail reason, without what pytest puts before it ("Skipped: ", "reason: ").
std::string ShortReason(const v1::Phase& phase);

// What the terminal summary remembers of a test or a collector. For a collector, the phase's `when` is "collect".
struct TestReport {
  TestReport() = default;
  TestReport(const v1::TestResult& result, const v1::Phase& phase);
  explicit TestReport(const v1::CollectReport& report);

  std::string node_id;
  std::string headline;
  v1::Phase phase;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_TEST_REPORT_H_
