// What PlanByModule and PlanWhole have in common. Pure.
#ifndef FASTEST_COORDINATOR_PLAN_PLAN_LIMITS_H_
#define FASTEST_COORDINATOR_PLAN_PLAN_LIMITS_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/plan/module_split.h"
#include "coordinator/plan/planner.h"

namespace fastest::plan {

// Estimates come from a file that others write too, and may hold anything. NaN, infinity and negative numbers become 0.
double Sane(double seconds);

// On a single slot every order takes equally long, so pytest's own order is kept.
bool InOrder(const PlanOptions& options);

// The folder of a module, "" at the rootdir.
std::string PackageOf(const std::string& module);

// Seconds of the fixtures of the classes that enclose `node_id`.
double ClassSetup(const SetupCost& setup, std::string_view node_id);

// The same without the classes that also enclose `before`, the test that runs just before on the same worker.
double ClassSetupAfter(const SetupCost& setup, std::string_view before, std::string_view node_id);

// The limits of parts and units for `work_s` of work. `costs` are the predicted seconds of all modules (or stretches).
// If few of them are short enough to fill the end of the run, the modules that are split make the small change.
struct Limits {
  SplitLimits split;
  // Modules shorter than this are merged to units of up to this length.
  double merge_s = 0;
};
Limits LimitsFor(double work_s, const std::vector<double>& costs, const PlanOptions& options);

// Sorts units longest first unless the order is to be kept, numbers them, and predicts. Precondition: batches of one
// unit are neighbours and have the same number, and no two units have the same number.
void Complete(const PlanOptions& options, Plan* plan);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLAN_LIMITS_H_
