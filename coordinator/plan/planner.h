// Turns what is known of a run's tests into ordered batches. Pure: no I/O, no clock, no randomness; the same input gives the same plan.
#ifndef FASTEST_COORDINATOR_PLAN_PLANNER_H_
#define FASTEST_COORDINATOR_PLAN_PLANNER_H_

#include <string>
#include <vector>

#include "proto/test.pb.h"

namespace fastest::plan {

struct TestEstimate {
  std::string node_id;
  double seconds = 0;
};

// One file of tests. `setup_s` is what every batch of the module pays again: making its items and its module fixtures.
struct ModuleEstimate {
  std::string node_id;
  double setup_s = 0;
  // In collection order. Where ids are not known beforehand (open modules) `ids_exact` is false and the module is never split.
  std::vector<TestEstimate> tests;
  bool ids_exact = false;
};

struct PlanOptions {
  int slots = 1;
  // Batches in collection order, none split: for a run whose order binds. So it is on a single slot in any case.
  bool keep_order = false;
  // A module that costs more than this fraction of total work / slots is split, if splitting pays.
  double epsilon = 0.1;
  // No part is made smaller than this (seconds): below it a batch's own cost outweighs balance.
  double min_part_s = 0.05;
};

struct PlannedBatch {
  v1::Batch batch;
  double predicted_s = 0;
};

struct Plan {
  std::vector<PlannedBatch> batches;
  // Predicted seconds: greedy pull of `batches` on options.slots, and the floor below which no plan can go
  // (max of longest test and work / slots).
  double makespan_s = 0;
  double floor_s = 0;
};

// By module (v1::BY_MODULE): longest first (Graham's LPT), big modules split at test borders by boundaries.
Plan PlanByModule(const std::vector<ModuleEstimate>& modules, const PlanOptions& options);

// Whole collection (v1::WHOLE): `tests` is pytest's order and selection; batches name their tests. With one slot: exactly that
// order. With more: neighbours of one module stay together and in order, longest first, split like modules; a module whose tests
// are not contiguous (session-scoped parametrization) goes by its contiguous stretches, short ones joined with their neighbours.
struct WholeTest {
  v1::TestRef ref;
  std::string module;
  double seconds = 0;
};
Plan PlanWhole(const std::vector<WholeTest>& tests, const PlanOptions& options);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLANNER_H_
