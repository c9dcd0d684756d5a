// Plans for a whole collection (v1::WHOLE), where batches name their tests. Pure, as planner.h.
#ifndef FASTEST_COORDINATOR_PLAN_PLAN_WHOLE_H_
#define FASTEST_COORDINATOR_PLAN_PLAN_WHOLE_H_

#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/plan/planner.h"
#include "proto/test.pb.h"

namespace fastest::plan {

struct WholeTest {
  v1::TestRef ref;
  std::string module;
  double seconds = 0;
  // Tests of the same group (xdist_group) make one batch that is never divided. Empty: no group.
  std::string group;
};

// `tests` is pytest's order and selection. `setups` is by module; a module that is missing has no set-up to pay.
// With one slot, batches keep exactly that order. With more:
//   - Neighbours of one module stay together and in order, longest first, and are split like modules.
//   - A module whose tests are not contiguous (session-scoped parametrization) goes by its contiguous stretches.
//   - Short neighbours share a batch.
Plan PlanWhole(const std::vector<WholeTest>& tests, const std::unordered_map<std::string, SetupCost>& setups,
               const PlanOptions& options);

// `tests` in exactly this order, however often the order goes back to a module: neighbours of one module make a batch.
// For a single slot.
Plan PlanSequence(const std::vector<WholeTest>& tests);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLAN_WHOLE_H_
