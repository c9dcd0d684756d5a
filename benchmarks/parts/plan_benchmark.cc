// Measures the planner on modules of many lengths. Some are long enough to be divided.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "coordinator/plan/planner.h"

namespace fastest {
namespace {

void PlanModules(benchmark::State& state) {
  const int tests = static_cast<int>(state.range(0));
  constexpr int kTestsPerModule = 100;
  std::vector<plan::ModuleEstimate> modules;
  for (int module = 0; module < tests / kTestsPerModule; ++module) {
    plan::ModuleEstimate estimate;
    estimate.node_id = absl::StrCat("tests/package_", module / 50, "/test_module_", module, ".py");
    estimate.setup.module_s = 0.01;
    estimate.ids_exact = true;
    for (int test = 0; test < kTestsPerModule; ++test) {
      // From a millisecond to a second, without order.
      const double seconds = 0.001 * (1 + (module * 7919 + test * 104729) % 1000 / (module % 10 == 0 ? 1 : 100));
      estimate.tests.push_back({absl::StrCat(estimate.node_id, "::test_", test), seconds});
    }
    modules.push_back(std::move(estimate));
  }
  plan::PlanOptions options;
  options.slots = static_cast<int>(state.range(1));
  for (auto _ : state) {
    const plan::Plan plan = plan::PlanByModule(modules, options);
    benchmark::DoNotOptimize(plan.batches.data());
  }
  state.SetItemsProcessed(state.iterations() * tests);
}
BENCHMARK(PlanModules)
    ->ArgNames({"tests", "slots"})
    ->Args({10000, 2})
    ->Args({100000, 64})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fastest
