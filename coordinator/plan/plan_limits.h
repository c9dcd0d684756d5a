// What both ways to plan (by module, whole) have in common.
#ifndef FASTEST_COORDINATOR_PLAN_PLAN_LIMITS_H_
#define FASTEST_COORDINATOR_PLAN_PLAN_LIMITS_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/plan/module_split.h"
#include "coordinator/plan/planner.h"

namespace fastest::plan {

// Estimates come from a file that others write too: nothing in it may upset the arithmetic. NaN, infinity and less than 0 are 0.
double Sane(double seconds);

// On a single slot every order takes equally long, so pytest's own is kept.
bool InOrder(const PlanOptions& options);

// The folder that a module lies in, "" at the rootdir.
std::string PackageOf(const std::string& module);

// The fixtures' seconds of the classes that enclose `node_id`.
double ClassSetup(const SetupCost& setup, std::string_view node_id);

// The same for those enclosing classes that do not enclose `before`, the test that runs just before it on the same worker.
double ClassSetupAfter(const SetupCost& setup, std::string_view before, std::string_view node_id);

// Parts and units for `work_s` of work. `costs` are the predicted seconds of all modules (or stretches): where few of them are short
// enough to fill up the end of the run, those that are split make the small change.
struct Limits {
  SplitLimits split;
  // Modules shorter than this are merged, up to this length.
  double merge_s = 0;
};
Limits LimitsFor(double work_s, const std::vector<double>& costs, const PlanOptions& options);

// Sorts units longest first unless the order is to be kept, numbers them, and predicts. Precondition: batches of one unit are neighbours
// with the same number, and no two units have the same.
void Complete(const PlanOptions& options, Plan* plan);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLAN_LIMITS_H_
