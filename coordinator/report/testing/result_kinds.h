// Results of every kind that a report can meet, for tests that compare whole files byte by byte.
#ifndef FASTEST_COORDINATOR_REPORT_TESTING_RESULT_KINDS_H_
#define FASTEST_COORDINATOR_REPORT_TESTING_RESULT_KINDS_H_

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/reporter.h"
#include "coordinator/report/testing/sample_results.h"

namespace fastest::report {

// One call of Reporter::Result, or of Reporter::Attempt if `is_last` is false.
struct ReportedResult {
  v1::TestResult result;
  results::Origin origin;
  bool is_last = true;
};

// A test that passed, with everything that a run adds: lease, place and stages.
inline v1::TestResult TimedResult(const std::string& node_id, double started_at, double seconds) {
  v1::TestResult result = PassedResult(node_id);
  result.set_lease_id(7);
  SetSpelledPlace(16, &result);
  v1::Stages* stages = result.mutable_stages();
  stages->set_queued(started_at - 0.5);
  stages->set_leased(started_at - 0.4);
  stages->set_started(started_at - 0.125);
  stages->set_setup(started_at);
  stages->set_call(started_at + seconds);
  stages->set_teardown(started_at + 2 * seconds);
  stages->set_reported(started_at + 4 * seconds);
  const double starts[] = {stages->setup(), stages->call(), stages->teardown()};
  for (int i = 0; i < result.phases_size(); ++i) {
    result.mutable_phases(i)->set_start(starts[i]);
    result.mutable_phases(i)->set_duration_s(seconds);
  }
  return result;
}

inline void AddSection(const std::string& name, const std::string& content, v1::Phase* phase) {
  v1::Section* section = phase->add_sections();
  section->set_name(name);
  section->set_content(content);
}

inline void Fail(const std::string& message, v1::Phase* phase) {
  phase->set_outcome("failed");
  phase->set_longrepr("E   " + message);
  phase->set_crash_message(message);
}

inline void Skip(const std::string& reason, bool xfail, v1::Phase* phase) {
  phase->set_outcome("skipped");
  phase->set_xfail(xfail);
  phase->set_skip_reason(reason);
}

// Passes: plain ones, which reports write without a tree of values, and others that say a little more.
inline std::vector<v1::TestResult> PassedKinds() {
  constexpr double kNow = 1795871975.213477;
  std::vector<v1::TestResult> kinds;
  const auto add = [&](v1::TestResult result) -> v1::TestResult& { return kinds.emplace_back(std::move(result)); };
  add(TimedResult("a.py::test_plain", kNow, 0.000011));
  add(TimedResult("a.py::test_slow", kNow, 12.5));
  add(TimedResult("a.py::test_odd_number", kNow, 1.0 / 3));
  add(TimedResult("a.py::test_long_ago", 1.0 / 7, 1e-12));
  add(TimedResult("a.py::test_no_time", kNow, 0));
  add(TimedResult("a.py::TestA::test_in_a_class[1::2]", kNow, 0.001)).set_engine(v1::ENGINE_DIRECT);
  add(TimedResult("a.py::test_quote\"_\xC3\xBC_\n_\x7F[\xFF]", kNow, 0.001)).set_engine_reason("a \"hook\"");
  add(TimedResult("a.py::test_inherited", kNow, 0.001)).set_location_path("base.py");
  add(TimedResult("a.py::test_hidden", kNow, 0.001)).set_domain("Other.test");
  add(TimedResult("a.py::test_without_line", kNow, 0.001)).set_location_line(-1);
  add(TimedResult("a.py::test_without_lease", kNow, 0.001)).clear_lease_id();
  add(TimedResult("a.py::test_without_stages", kNow, 0.001)).clear_stages();
  add(TimedResult("a.py::test_twice", kNow, 0.001)).mutable_ref()->set_index(1);
  add(TimedResult("a.py::test_other_start", kNow, 0.000011)).mutable_phases(2)->set_start(5);
  add(TimedResult("a.py::test_two_phases", kNow, 0.000011)).mutable_phases()->RemoveLast();
  add(PassedResult("a.py::test_untimed"));
  add(PassedInManyWords("a.py::test_words"));
  v1::TestResult printed = TimedResult("a.py::test_print", kNow, 0.000011);
  AddSection("Captured stdout setup", "one\n", printed.mutable_phases(0));
  AddSection("Captured stdout call", "two \xFF\n", printed.mutable_phases(1));
  AddSection("Captured stderr call", "three\n", printed.mutable_phases(1));
  add(std::move(printed));
  v1::TestResult recorded = TimedResult("a.py::test_record", kNow, 0.000011);
  for (const char* name : {"first", "second"}) {
    v1::Property* property = recorded.add_user_properties();
    property->set_name(name);
    property->set_value("\"1\"");
  }
  add(std::move(recorded));
  // JSON has no such number.
  add(PassedInManyWords("a.py::test_nan")).mutable_phases(1)->set_duration_s(std::numeric_limits<double>::infinity());
  return kinds;
}

inline std::vector<v1::TestResult> OtherKinds() {
  constexpr double kNow = 1795871975.213477;
  std::vector<v1::TestResult> kinds;
  const auto add = [&](v1::TestResult result) -> v1::TestResult& { return kinds.emplace_back(std::move(result)); };
  v1::TestResult result = TimedResult("b.py::TestB::test_fail", kNow, 0.000011);
  result.set_outcome(v1::FAILED);
  Fail("assert \"\xC3\xBC\" == \xFF", result.mutable_phases(1));
  AddSection("Captured stdout call", "said", result.mutable_phases(1));
  AddSection("Captured log call", "logged", result.mutable_phases(1));
  result.mutable_label()->set_name("new");
  result.mutable_label()->set_text("it did not fail before");
  add(result);
  Fail("in teardown", result.mutable_phases(2));
  AddSection("Captured stderr teardown", "warned", result.mutable_phases(2));
  result.mutable_ref()->set_index(2);
  result.set_quarantined("flaky (me, until 2030)");
  add(result);
  result = TimedResult("b.py::test_setup_error", kNow, 0.25);
  result.set_outcome(v1::ERROR);
  Fail("no fixture", result.mutable_phases(0));
  result.mutable_phases()->erase(result.mutable_phases()->begin() + 1);
  add(result);
  result = TimedResult("b.py::test_teardown_error", kNow, 0.25);
  result.set_outcome(v1::ERROR);
  Fail("at the end", result.mutable_phases(2));
  add(result);
  // A skipped set-up whose teardown failed.
  Skip("Skipped: no network", false, result.mutable_phases(0));
  add(result);
  result = SkippedResult("b.py::test_skip", "Skipped: no network");
  add(result);
  result.mutable_phases(1)->set_skip_reason("Skipped");
  add(result);
  Skip("reason: known", true, result.mutable_phases(1));
  result.set_outcome(v1::XFAILED);
  add(result);
  result.mutable_phases(1)->set_outcome("passed");
  result.set_outcome(v1::XPASSED);
  add(result);
  add(DeadResult("b.py::test_crash", "signal SIGSEGV\nin a thread"));
  add(DeadResult("b.py::test_hang", "ran for more than 5 s")).set_reason(v1::TIMEOUT);
  result = TimedResult("b.py::test_killed_in_teardown", kNow, 0.5);
  result.set_outcome(v1::FAILED);
  result.set_reason(v1::CRASH);
  result.set_death("exit code 3");
  add(result);
  result = FailedResult("b.py::test_subtests", "contains 1 failed subtest");
  for (const char* outcome : {"passed", "failed", "skipped"}) {
    v1::Phase* subtest = result.add_phases();
    subtest->set_when("call");
    subtest->set_subtest(std::string("(") + outcome + ")");
    subtest->set_outcome(outcome);
    subtest->set_duration_s(0.000011);
    subtest->set_longrepr("in a subtest");
    subtest->set_skip_reason("Skipped: it");
  }
  *result.add_phases() = result.phases(5);
  result.mutable_phases(6)->set_xfail(true);
  add(result);
  // A worker whose result makes no sense.
  add({});
  result = PassedResult("");
  result.set_outcome(v1::FAILED);
  result.set_engine_reason("\xFF");
  add(result);
  return kinds;
}

// All kinds, each as a first attempt that is the last, as an earlier attempt, and as the last of three attempts.
inline std::vector<ReportedResult> EveryKindOfResult() {
  std::vector<v1::TestResult> kinds = PassedKinds();
  for (v1::TestResult& result : OtherKinds()) kinds.push_back(std::move(result));
  std::vector<ReportedResult> all;
  for (const v1::TestResult& result : kinds) all.push_back({result, {"vm", "gw0", 1}});
  for (const v1::TestResult& result : kinds) {
    all.push_back({result, {"v\"m", "gw1", 1}, /*is_last=*/false});
    all.push_back({result, {"v\"m", "gw1", 2}, /*is_last=*/false});
    all.push_back({result, {"", "native", 3}});
  }
  return all;
}

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TESTING_RESULT_KINDS_H_
