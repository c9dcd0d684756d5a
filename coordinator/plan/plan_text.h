// A plan as text for people (--plan). Pure.
#ifndef FASTEST_COORDINATOR_PLAN_PLAN_TEXT_H_
#define FASTEST_COORDINATOR_PLAN_PLAN_TEXT_H_

#include <cstddef>
#include <string>

#include "coordinator/plan/planner.h"

namespace fastest::plan {

struct PlanTextOptions {
  int slots = 1;
  // The seconds come from past runs. If not, all tests are taken to last equally long.
  bool measured = false;
  // At most so many lines for batches. Batches that are left out are counted.
  size_t max_lines = 40;
};

// Several lines: the prediction and its bounds, what was split and merged, and the batches in the order in which they
// are given out.
std::string PlanText(const Plan& plan, const PlanTextOptions& options);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLAN_TEXT_H_
