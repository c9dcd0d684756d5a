#include "coordinator/results/passed_result.h"

#include "proto/test_id.h"

namespace fastest::results {
namespace {

void AddPhase(const char* when, double start, double duration_s, v1::TestResult* result) {
  v1::Phase* phase = result->add_phases();
  phase->set_when(when);
  phase->set_start(start);
  phase->set_duration_s(duration_s);
}

double Seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

v1::TestResult PassedResult(const v1::WorkerMessage::Passed& passed, const v1::TestRef& ref) {
  v1::TestResult result;
  result.set_lease_id(passed.lease_id());
  *result.mutable_ref() = ref;
  result.set_outcome(v1::PASSED);
  result.set_engine(v1::ENGINE_DIRECT);
  const double setup_s = Seconds(passed.setup_ns());
  const double call_s = Seconds(passed.call_ns());
  AddPhase("setup", passed.start(), setup_s, &result);
  AddPhase("call", passed.start() + setup_s, call_s, &result);
  AddPhase("teardown", passed.start() + setup_s + call_s, Seconds(passed.teardown_ns()), &result);
  SetSpelledPlace(passed.line(), &result);
  return result;
}

}  // namespace fastest::results
