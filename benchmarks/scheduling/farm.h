// The machines of a simulated run: when each joins, how fast it is, and when it is lost.
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
  // Everything takes this many times as long as on a normal agent.
  double slowness = 1;
  double joins_s = 0;
  double lost_s = kNever;
};

struct FarmOptions {
  uint64_t seed = 0;
  int agents = 32;
  // Fractions of the agents. `slow` ones are half as fast. `late` ones join at a random time within the first half of
  // the ideal run. `lost` ones are lost at a random time after they joined.
  double slow = 0;
  double late = 0;
  double lost = 0;
};
// The first agent is always fast, and there from beginning to end.
std::vector<Agent> MakeFarm(const FarmOptions& options, double ideal_s);

// No schedule can be shorter than this: the longest test, or the time by which the agents together can do all the work
// with each module's set-up once.
double Floor(const Suite& suite, const std::vector<Agent>& farm);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_FARM_H_
