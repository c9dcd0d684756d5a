// What greedy pull makes of a list of batches: each slot takes the next one as soon as it is free.
#ifndef FASTEST_COORDINATOR_PLAN_LIST_SCHEDULE_H_
#define FASTEST_COORDINATOR_PLAN_LIST_SCHEDULE_H_

#include <vector>

namespace fastest::plan {

// Seconds until the last of `batch_seconds`, taken in this order by `slots` equal slots, has ended. Never more than
// W/m + (1 - 1/m) * b_max (Graham). Precondition: slots >= 1, no batch negative.
double ListScheduleMakespan(const std::vector<double>& batch_seconds, int slots);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_LIST_SCHEDULE_H_
