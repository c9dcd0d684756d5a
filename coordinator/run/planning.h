// From what the first ready worker has collected to the batches of a run. Pure functions.
#ifndef FASTEST_COORDINATOR_RUN_PLANNING_H_
#define FASTEST_COORDINATOR_RUN_PLANNING_H_

#include <string>
#include <vector>

#include "coordinator/plan/plan_whole.h"
#include "coordinator/plan/planner.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/run_options.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::run {

struct PlannedWork {
  plan::Plan plan;
  // If the run knows its tests: all of them, in the order of the run. Otherwise empty.
  std::vector<plan::WholeTest> tests;
  // In pytest's order.
  std::vector<std::string> module_order;
  // If the run does not know its tests: modules whose tests discovery holds for exact (Estimates::exact_ids), and of
  // which all are to be run.
  std::vector<std::string> exact_modules;
  // The same for modules of which only a part is to be run here.
  std::vector<std::string> exact_parts;
  // How many tests the run will have; a guess if it does not know them.
  int expected = 0;
};

// Whether the run knows its tests one by one before its first lease.
bool KnowsTests(const RunOptions& options, v1::CollectionMode mode);

// `collection`: the tests that this run has a share in (shards::Share::Select).
PlannedWork PlanWork(const RunOptions& options, const Estimates& estimates, const v1::Collection& collection);

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_PLANNING_H_
