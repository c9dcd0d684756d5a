// Measures writing the event line of a passed test.
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "coordinator/events/json_reporter.h"
#include "coordinator/report/byte_sink.h"
#include "coordinator/report/testing/sample_results.h"
#include "proto/test.pb.h"

namespace fastest {
namespace {

class Nowhere : public report::ByteSink {
 public:
  absl::Status Write(std::string_view bytes) override {
    benchmark::DoNotOptimize(bytes.data());
    return absl::OkStatus();
  }
  absl::Status Close() override { return absl::OkStatus(); }
};

v1::TestResult Passed(int number) {
  v1::TestResult result = report::PassedResult(
      absl::StrCat("tests/package/test_module.py::TestSomething::test_what_it_does[", number, "]"));
  result.set_lease_id(7);
  result.set_engine(v1::ENGINE_DIRECT);
  result.set_location_path("tests/package/test_module.py");
  result.set_location_line(17);
  const double at = 1795871975.213477 + number * 0.000123;
  v1::Stages* stages = result.mutable_stages();
  stages->set_queued(at - 0.5);
  stages->set_leased(at - 0.4);
  stages->set_received(at - 0.3);
  stages->set_started(at - 0.2);
  stages->set_setup(at);
  stages->set_call(at + 0.000012);
  stages->set_teardown(at + 0.000035);
  stages->set_reported(at + 0.00005);
  const double starts[] = {stages->setup(), stages->call(), stages->teardown()};
  for (int i = 0; i < result.phases_size(); ++i) {
    result.mutable_phases(i)->set_start(starts[i]);
    result.mutable_phases(i)->set_duration_s(0.000011);
  }
  return result;
}

void EventsOfPasses(benchmark::State& state) {
  std::ostringstream errors;
  events::JsonReporter reporter(std::make_unique<Nowhere>(), errors);
  results::Origin origin;
  origin.agent = "a";
  origin.worker = "gw0";
  constexpr int kTests = 1000;
  std::vector<v1::TestResult> results;
  for (int i = 0; i < kTests; ++i) results.push_back(Passed(i));
  for (auto _ : state) {
    for (const v1::TestResult& result : results) reporter.Result(result, origin);
  }
  if (!errors.str().empty()) state.SkipWithError("cannot write");
  state.SetItemsProcessed(state.iterations() * kTests);
}
BENCHMARK(EventsOfPasses)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fastest
