#include "benchmarks/scheduling/farm.h"

#include <algorithm>
#include <random>

namespace fastest::scheduling {

std::vector<Agent> MakeFarm(const FarmOptions& options, double ideal_s) {
  std::mt19937_64 random(options.seed ^ 0xd1b54a32d192ed03);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<Agent> farm(static_cast<size_t>(options.agents));
  for (size_t i = 1; i < farm.size(); ++i) {
    if (uniform(random) < options.slow) farm[i].slowness = 2;
    if (uniform(random) < options.late) farm[i].joins_s = uniform(random) * ideal_s / 2;
    if (uniform(random) < options.lost)
      farm[i].lost_s = farm[i].joins_s + uniform(random) * (ideal_s - farm[i].joins_s);
  }
  return farm;
}

double Floor(const Suite& suite, const std::vector<Agent>& farm) {
  const auto done_by = [&](double time) {
    double done = 0;
    for (const Agent& agent : farm)
      done += std::max(0.0, std::min(time, agent.lost_s) - agent.joins_s) / agent.slowness;
    return done;
  };
  double low = 0;
  double high = suite.work_s;  // The first agent does all work alone.
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (done_by(middle) < suite.work_s ? low : high) = middle;
  }
  return std::max(suite.longest_test_s, high);
}

}  // namespace fastest::scheduling
