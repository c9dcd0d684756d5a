// Simple forms of the policies that ours is compared with: those of a CI matrix, and pytest-xdist's published
// schedulers. A worker pays a module's set-up whenever its previous test was of another module.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_POLICIES_H_
#define FASTEST_BENCHMARKS_SCHEDULING_POLICIES_H_

#include <vector>

#include "benchmarks/scheduling/farm.h"
#include "benchmarks/scheduling/suite.h"
#include "coordinator/plan/planner.h"

namespace fastest::scheduling {

// Each returns the makespan in seconds. Precondition: no agent is lost.

// Equal numbers of tests, in collection order, dealt before the run.
double Contiguous(const Suite& suite, const std::vector<Agent>& farm);
// Modules in turn, dealt before the run.
double RoundRobin(const Suite& suite, const std::vector<Agent>& farm);
// Whole modules, the longest by the estimates first, each to the next free worker.
double WholeModules(const Suite& suite, const std::vector<plan::ModuleEstimate>& estimates,
                    const std::vector<Agent>& farm);
// --dist load: an initial quarter dealt in turn, then chunks that shrink with the number of pending tests.
double XdistLoad(const Suite& suite, const std::vector<Agent>& farm);
// --dist worksteal: contiguous shares, then half of the longest queue goes to a worker that runs dry.
double XdistWorksteal(const Suite& suite, const std::vector<Agent>& farm);
// On average no policy without durations can be better. Single tests go in collection order (durations are independent
// of it) to the next free worker. All tests of a module together pay its set-up once, and no time passes between two
// tests.
double BlindIdeal(const Suite& suite, const std::vector<Agent>& farm);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_POLICIES_H_
