// What a run will run, by name: for people, before it is run. A pure function.
#ifndef FASTEST_COORDINATOR_PLAN_PLANNED_NAMES_H_
#define FASTEST_COORDINATOR_PLAN_PLANNED_NAMES_H_

#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/plan/plan_whole.h"

namespace fastest::plan {

// The node ids of `tests`. If there are none: of each module its `exact_ids`, or its own node id, which stands for
// tests that nobody knows by name.
std::vector<std::string> PlannedNames(const std::vector<WholeTest>& tests, const std::vector<std::string>& modules,
                                      const std::unordered_map<std::string, std::vector<std::string>>& exact_ids);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLANNED_NAMES_H_
