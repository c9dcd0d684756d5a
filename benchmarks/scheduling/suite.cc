#include "benchmarks/scheduling/suite.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

namespace fastest::scheduling {
namespace {

// The guess for every test if no test was measured. Then only the ratios between modules matter.
constexpr double kUnknownTestSeconds = 0.002;

}  // namespace

std::string TestName(size_t module, size_t test) { return std::to_string(module) + "::" + std::to_string(test); }

TestPlace PlaceOf(const std::string& node_id) {
  const size_t border = node_id.find("::");
  return {std::strtoull(node_id.c_str(), nullptr, 10), std::strtoull(node_id.c_str() + border + 2, nullptr, 10)};
}

Suite MakeSuite(const SuiteOptions& options) {
  std::mt19937_64 random(options.seed);
  std::lognormal_distribution<double> tests(std::log(options.tests_median), options.tests_sigma);
  std::lognormal_distribution<double> seconds(std::log(options.test_median_s), options.test_sigma);
  Suite suite;
  while (suite.work_s < options.work_s) {
    Suite::Module& module = suite.modules.emplace_back();
    module.setup_s = options.setup_s;
    suite.work_s += module.setup_s;
    module.seconds.resize(static_cast<size_t>(std::max(1L, std::lround(tests(random)))));
    for (double& test : module.seconds) {
      test = seconds(random);
      suite.work_s += test;
      suite.longest_test_s = std::max(suite.longest_test_s, test);
      ++suite.tests;
    }
  }
  return suite;
}

std::vector<plan::ModuleEstimate> Recall(const Suite& suite, const HistoryOptions& options) {
  std::mt19937_64 random(options.seed ^ 0x9e3779b97f4a7c15);
  std::normal_distribution<double> noise(0, options.noise_sigma);
  std::uniform_real_distribution<double> known(0, 1);
  std::vector<plan::ModuleEstimate> modules;
  double sum = 0;
  size_t count = 0;
  for (size_t m = 0; m < suite.modules.size(); ++m) {
    plan::ModuleEstimate& module = modules.emplace_back();
    module.node_id = std::to_string(m);
    module.ids_exact = true;
    if (options.missing < 1) module.setup.module_s = suite.modules[m].setup_s;
    for (size_t t = 0; t < suite.modules[m].seconds.size(); ++t) {
      const bool measured = known(random) >= options.missing;
      const double seconds = suite.modules[m].seconds[t] * std::exp(noise(random));
      module.tests.push_back({TestName(m, t), measured ? seconds : -1});
      if (measured) sum += seconds, ++count;
    }
  }
  const double mean = count > 0 ? sum / static_cast<double>(count) : kUnknownTestSeconds;
  for (plan::ModuleEstimate& module : modules) {
    for (plan::TestEstimate& test : module.tests) {
      if (test.seconds < 0) test.seconds = mean;
    }
  }
  return modules;
}

}  // namespace fastest::scheduling
