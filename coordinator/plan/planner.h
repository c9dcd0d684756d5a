// Turns what is known of a run's tests into ordered batches. Pure: no I/O, no clock, no randomness. The same input
// gives the same plan.
//
// A batch costs its set-up and the predicted seconds of its tests. Greedy pull of a list of batches ends within W/m +
// (1 - 1/m) * b_max (Graham). So:
// - The longest batches go first.
// - No batch is much longer than epsilon * W/m, unless it cannot be cut, or cutting costs more than it gains.
// - Small change is left for the end.
#ifndef FASTEST_COORDINATOR_PLAN_PLANNER_H_
#define FASTEST_COORDINATOR_PLAN_PLANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/test.pb.h"

namespace fastest::plan {

struct TestEstimate {
  std::string node_id;
  // Its call, and its own set-up and teardown: what the test costs on any worker.
  double seconds = 0;
};

// Seconds that are paid again wherever a part of a module runs.
struct SetupCost {
  // The making of the module's items, and its module fixtures.
  double module_s = 0;
  // Class fixtures, by the node id of the class ("tests/test_a.py::TestA"). Paid wherever a test of the class runs.
  std::unordered_map<std::string, double> class_s;
};

// One file of tests.
struct ModuleEstimate {
  std::string node_id;
  SetupCost setup;
  // In collection order. If the ids are not known beforehand (open modules), `ids_exact` is false, and the module is
  // never split.
  std::vector<TestEstimate> tests;
  bool ids_exact = false;
  // For a module that the plan of a divided run has cut already: boundaries as in v1::Batch, and the parts to be
  // planned. Such a module is not split further. No boundaries: all of the module.
  std::vector<std::string> boundaries;
  std::vector<uint32_t> parts;
};

struct PlanOptions {
  int slots = 1;
  // Batches in collection order, none split: for a run whose order binds. A single slot always has this order.
  bool keep_order = false;
  // For a whole collection: batches in its order and not longest first. They are divided as usual.
  bool order_binds = false;
  // The tests of a module make one batch, and no part of it is given to others. So one worker runs them, in pytest's
  // order.
  bool keep_modules = false;
  // A module that costs more than this fraction of (total work / slots) is split, if splitting pays.
  double epsilon = 0.1;
  // In seconds. No part is smaller than this, and shorter modules are merged up to this length. Below it, the cost of
  // the batch itself outweighs balance.
  double min_part_s = 0.05;
};

struct PlannedBatch {
  v1::Batch batch;
  // Set-up and tests together.
  double predicted_s = 0;
  // The part of predicted_s that another worker would pay again if it took a part of the batch.
  double setup_s = 0;
  // Neighbours with the same number are short modules that are granted together, to save round trips.
  size_t unit = 0;
  // Folder of its (first) module. A worker that has just run tests of this folder is warm for the batch.
  std::string package;
};

struct Plan {
  std::vector<PlannedBatch> batches;
  // Predicted seconds of greedy pull of the units on options.slots. Below the floor no plan can go: it is the maximum
  // of the longest test and work / slots, with each set-up paid once.
  double makespan_s = 0;
  double floor_s = 0;
  // What both are computed from: all work with each set-up once, the longest test, and the number of tests.
  double work_s = 0;
  double longest_test_s = 0;
  std::string longest_test;
  size_t tests = 0;
};

// By module (v1::BY_MODULE): longest first (Graham's LPT). Big modules are split at borders of tests. Short modules are
// merged to units.
Plan PlanByModule(const std::vector<ModuleEstimate>& modules, const PlanOptions& options);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLANNER_H_
