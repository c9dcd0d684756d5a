// A plan for people to read (--plan).
#ifndef FASTEST_COORDINATOR_PLAN_PLAN_TEXT_H_
#define FASTEST_COORDINATOR_PLAN_PLAN_TEXT_H_

#include <cstddef>
#include <string>

#include "coordinator/plan/planner.h"

namespace fastest::plan {

struct PlanTextOptions {
  int slots = 1;
  // Whether the seconds come from past runs. If not, all tests are taken to last equally long.
  bool measured = false;
  // No more lines of batches than these; what is left out is counted.
  size_t max_lines = 40;
};

// Several lines: the prediction and what bounds it, what was split and merged, and the batches in the order in which they are given out.
std::string PlanText(const Plan& plan, const PlanTextOptions& options);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLAN_TEXT_H_
