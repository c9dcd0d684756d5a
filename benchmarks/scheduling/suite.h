// Made-up test suites with realistic durations: a few tests take most of the time. The same seed gives the same suite.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_SUITE_H_
#define FASTEST_BENCHMARKS_SCHEDULING_SUITE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/plan/planner.h"

namespace fastest::scheduling {

// Seconds, and parameters of lognormal distributions.
struct SuiteOptions {
  uint64_t seed = 0;
  // Modules are made until the sum of all calls, and of each module's set-up once, reaches this.
  double work_s = 60;
  double setup_s = 0.5;
  double tests_median = 15;
  double tests_sigma = 1.2;
  double test_median_s = 0.02;
  double test_sigma = 1.6;
};

struct Suite {
  struct Module {
    double setup_s = 0;
    std::vector<double> seconds;
  };
  std::vector<Module> modules;
  double work_s = 0;
  double longest_test_s = 0;
  int tests = 0;
};

Suite MakeSuite(const SuiteOptions& options);

// What a planner knows of the suite.
struct HistoryOptions {
  uint64_t seed = 0;
  // Each test was last measured at its true seconds times exp(sigma * N(0, 1)).
  double noise_sigma = 0.4;
  // This fraction of the tests has never been measured, and gets the mean of the others. 1: there is no history at all,
  // and no set-up is known either.
  double missing = 0;
};
std::vector<plan::ModuleEstimate> Recall(const Suite& suite, const HistoryOptions& options);

// "12::5" for test 5 of module 12, and back. Names are short, since a large suite has a million.
std::string TestName(size_t module, size_t test);
struct TestPlace {
  size_t module = 0;
  size_t test = 0;
};
TestPlace PlaceOf(const std::string& node_id);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_SUITE_H_
