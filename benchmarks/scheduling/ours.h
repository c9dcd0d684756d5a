// A run of Fastest in virtual time: the real planner and dispatch queue with simulated workers.
//
// A worker behaves like runner_py's. It runs its leases one after the other, and holds its last test back until it gets
// more or is told to finish. Messages take no time.
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
  // Results that the queue counted, and tests that were running when their agent was lost.
  int results = 0;
  int repeated = 0;
  // Tests that the queue gave up, because they were lost with their agents too often.
  int given_up = 0;
  bool finished = false;
};
// `measured`: the estimates come from measurements. Otherwise they are the same guess for all tests.
Outcome Ours(const Suite& suite, const std::vector<plan::ModuleEstimate>& estimates, bool measured,
             const std::vector<Agent>& farm);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_OURS_H_
