// Results as workers send them, for tests of reporters.
#ifndef FASTEST_COORDINATOR_REPORT_TESTING_SAMPLE_RESULTS_H_
#define FASTEST_COORDINATOR_REPORT_TESTING_SAMPLE_RESULTS_H_

#include <string>

#include "proto/test.pb.h"
#include "proto/test_id.h"

namespace fastest::report {

// A test that passed: three phases of 1, 2 and 3 ms that say nothing else.
inline v1::TestResult PassedResult(const std::string& node_id) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_outcome(v1::PASSED);
  result.set_engine(v1::ENGINE_PYTEST);
  result.set_location_line(-1);
  const size_t colons = node_id.rfind("::");
  result.set_domain(colons == std::string::npos ? node_id : node_id.substr(colons + 2));
  double seconds = 0.001;
  for (const char* when : {"setup", "call", "teardown"}) {
    v1::Phase* phase = result.add_phases();
    phase->set_when(when);
    phase->set_start(100 + seconds);
    phase->set_duration_s(seconds);
    seconds += 0.001;
  }
  return result;
}

// The same with so many words that no reporter can write it in its fast way.
inline v1::TestResult PassedInManyWords(const std::string& node_id) {
  v1::TestResult result = PassedResult(node_id);
  v1::Phase* call = result.mutable_phases(1);
  call->set_outcome("passed");
  call->set_category("passed");
  call->set_letter(".");
  call->set_word("PASSED");
  return result;
}

// A test whose call failed with `message`.
inline v1::TestResult FailedResult(const std::string& node_id, const std::string& message) {
  v1::TestResult result = PassedResult(node_id);
  result.set_outcome(v1::FAILED);
  v1::Phase* call = result.mutable_phases(1);
  call->set_category("failed");
  call->set_letter("F");
  call->set_word("FAILED");
  call->set_outcome("failed");
  call->set_longrepr("E   " + message);
  call->set_terminal_text("E   " + message + "\n");
  call->set_crash_message(message);
  call->set_summary_line(node_id + " - " + message);
  return result;
}

// A test that skipped itself.
inline v1::TestResult SkippedResult(const std::string& node_id, const std::string& reason) {
  v1::TestResult result = PassedResult(node_id);
  result.set_outcome(v1::SKIPPED);
  v1::Phase* call = result.mutable_phases(1);
  call->set_outcome("skipped");
  call->set_skip_path(std::string(ModuleOf(node_id)));
  call->set_skip_line(7);
  call->set_skip_reason(reason);
  return result;
}

// A test whose worker died, when only the coordinator is left to report it.
inline v1::TestResult DeadResult(const std::string& node_id, const std::string& death) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_outcome(v1::FAILED);
  result.set_reason(v1::CRASH);
  result.set_death(death);
  return result;
}

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TESTING_SAMPLE_RESULTS_H_
