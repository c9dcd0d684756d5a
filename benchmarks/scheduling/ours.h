// A run of Fastest in virtual time: the planner and the dispatch queue that real runs have, on workers that are simulated.
//
// A worker behaves as runner_py's does: it runs its leases one after the other, and holds the last test that it has until it is given
// more or told to finish. Messages take no time.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_OURS_H_
#define FASTEST_BENCHMARKS_SCHEDULING_OURS_H_

#include <vector>

#include "benchmarks/scheduling/farm.h"
#include "benchmarks/scheduling/suite.h"
#include "coordinator/plan/planner.h"

namespace fastest::scheduling {

struct Outcome {
  // When the last test ended.
  double makespan_s = 0;
  // Results that the queue counted, and tests that were run a second time since their agent was lost.
  int results = 0;
  int repeated = 0;
  // Tests that the queue gave up: they were lost with their agent more often than it runs a test again.
  int given_up = 0;
  bool finished = false;
};
// `measured`: whether the estimates stem from measurements or are the same guess for all tests.
Outcome Ours(const Suite& suite, const std::vector<plan::ModuleEstimate>& estimates, bool measured,
             const std::vector<Agent>& farm);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_OURS_H_
