// The machines of a simulated run: when they come, how fast they are, when they are lost.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_FARM_H_
#define FASTEST_BENCHMARKS_SCHEDULING_FARM_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "benchmarks/scheduling/suite.h"

namespace fastest::scheduling {

constexpr double kNever = std::numeric_limits<double>::infinity();

// An agent with one slot.
struct Agent {
  // Everything takes this many times as long as on the others.
  double slowness = 1;
  double joins_s = 0;
  double lost_s = kNever;
};

struct FarmOptions {
  uint64_t seed = 0;
  int agents = 32;
  // Fractions of the agents: half as fast; joining at a random time within the first half of the ideal run; lost at a random time after they joined.
  double slow = 0;
  double late = 0;
  double lost = 0;
};
// The first agent is always there, fast, from beginning to end.
std::vector<Agent> MakeFarm(const FarmOptions& options, double ideal_s);

// Below this no schedule can go: the longest test, or the time by which the agents together could have done all the work, each
// module's set-up once.
double Floor(const Suite& suite, const std::vector<Agent>& farm);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_FARM_H_
