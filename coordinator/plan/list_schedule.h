// How long greedy pull takes for a list of batches: each slot takes the next batch as soon as it is free.
#ifndef FASTEST_COORDINATOR_PLAN_LIST_SCHEDULE_H_
#define FASTEST_COORDINATOR_PLAN_LIST_SCHEDULE_H_

#include <vector>

namespace fastest::plan {

// The seconds until the last batch has ended, if `slots` equal slots take `batch_seconds` in this order. Never more
// than W/m + (1 - 1/m) * b_max (Graham). Precondition: slots >= 1, and no batch is negative.
double ListScheduleMakespan(const std::vector<double>& batch_seconds, int slots);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_LIST_SCHEDULE_H_
