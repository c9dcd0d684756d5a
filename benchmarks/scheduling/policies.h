// The policies that are compared with ours, as simple as they are: what a CI matrix does, and pytest-xdist's schedulers as published.
// A worker pays a module's set-up whenever the test that it ran before was of another module.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_POLICIES_H_
#define FASTEST_BENCHMARKS_SCHEDULING_POLICIES_H_

#include <vector>

#include "benchmarks/scheduling/farm.h"
#include "benchmarks/scheduling/suite.h"
#include "coordinator/plan/planner.h"

namespace fastest::scheduling {

// Each gives the makespan in seconds. They know no losses: precondition: no agent is lost.

// Equal numbers of tests, in collection order, dealt before the run.
double Contiguous(const Suite& suite, const std::vector<Agent>& farm);
// Modules in turn, dealt before the run.
double RoundRobin(const Suite& suite, const std::vector<Agent>& farm);
// Modules whole, the longest by the estimates first, each to whoever is free.
double WholeModules(const Suite& suite, const std::vector<plan::ModuleEstimate>& estimates,
                    const std::vector<Agent>& farm);
// --dist load: an initial quarter dealt in turn, then chunks that shrink with what is pending.
double XdistLoad(const Suite& suite, const std::vector<Agent>& farm);
// --dist worksteal: contiguous shares, then half of the longest queue goes to whoever runs dry.
double XdistWorksteal(const Suite& suite, const std::vector<Agent>& farm);
// What nobody who does not know durations can better on average: single tests, in collection order (durations are independent of it), each to
// whoever is free, each module's set-up paid once by all of its tests together, and no time between two tests.
double BlindIdeal(const Suite& suite, const std::vector<Agent>& farm);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_POLICIES_H_
