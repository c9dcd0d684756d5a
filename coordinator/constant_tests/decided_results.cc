#include "coordinator/constant_tests/decided_results.h"

#include "absl/strings/str_cat.h"
#include "proto/test_id.h"

namespace fastest::constant_tests {
namespace {

v1::TestResult ResultOf(const std::string& module, const Passed& test, double now) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(absl::StrCat(module, "::", test.name));
  result.set_outcome(v1::PASSED);
  result.set_engine(v1::ENGINE_NATIVE);
  SetSpelledPlace(test.line, &result);
  for (const char* when : {"setup", "call", "teardown"}) {
    v1::Phase* phase = result.add_phases();
    phase->set_when(when);
    phase->set_start(now);
  }
  result.mutable_phases(1)->set_duration_s(test.seconds);
  v1::Stages* stages = result.mutable_stages();
  stages->set_queued(now);
  stages->set_started(now);
  stages->set_setup(now);
  stages->set_call(now);
  stages->set_teardown(now);
  stages->set_reported(now);
  return result;
}

}  // namespace

DecidedResults ResultsOf(const std::string& node_id, const Module& module, double now) {
  DecidedResults all;
  all.results.reserve(module.tests.size());
  for (const Passed& test : module.tests) {
    all.results.push_back(ResultOf(node_id, test, now));
    *all.collected.add_tests() = all.results.back().ref();
  }
  all.collected.set_module_selected(static_cast<uint32_t>(all.results.size()));
  return all;
}

}  // namespace fastest::constant_tests
