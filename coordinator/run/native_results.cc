// Results of tests that were decided without a worker.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/results/passed_result.h"
#include "coordinator/run/run.h"
#include "proto/test_id.h"

namespace fastest::run {
namespace {

// Whom reports name in a worker's place.
constexpr char kNobody[] = "native";

v1::TestResult ResultOf(const std::string& module, const constant_tests::Passed& test, double now) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(absl::StrCat(module, "::", test.name));
  result.set_outcome(v1::PASSED);
  result.set_engine("native");
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

void Run::ReportNative(const v1::Collection& collection) {
  if (!collection.native_refused().empty()) {
    Note(absl::StrCat("--engine=native decides nothing here: ", collection.native_refused()));
  }
  const double now = deps_.now();
  const results::Origin origin = {"", kNobody, 1, -1};
  for (const std::string& module : collection.native()) {
    const auto decided = options_.native.find(module);
    if (decided == options_.native.end()) continue;
    std::vector<v1::TestResult> results;
    v1::WorkerMessage::Collected collected;
    for (const constant_tests::Passed& test : decided->second.tests) {
      results.push_back(ResultOf(module, test, now));
      *collected.add_tests() = results.back().ref();
      positions_.emplace(dispatch::KeyOf(results.back().ref(), &names_), static_cast<int>(positions_.size()));
    }
    collected.set_module_selected(static_cast<uint32_t>(results.size()));
    ledger_.Collected(kNobody, module, collected);
    const std::vector<v1::TestRef> tests(collected.tests().begin(), collected.tests().end());
    Report([&](report::Reporter& r) { r.ModuleExpected(module, static_cast<int>(tests.size())); });
    Report([&](report::Reporter& r) { r.Collected(module, tests, 0); });
    for (v1::TestResult& result : results) {
      Settle(/*failed=*/false, &result);
      if (!ledger_.Reported(result)) continue;
      Report([&](report::Reporter& r) { r.Result(result, origin); });
    }
  }
}

}  // namespace fastest::run
