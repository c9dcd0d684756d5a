// Turns what is known of a run's tests into ordered batches. Pure: no I/O, no clock, no randomness; the same input gives the same plan.
//
// A batch costs its set-up and its tests' predicted seconds, and greedy pull of a list of batches ends within W/m + (1 - 1/m) * b_max
// (Graham). So the longest go first, none is much longer than epsilon * W/m unless it can't be cut or cutting costs more than it gains,
// and there is small change for the end.
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
  // Its call, and the set-up and teardown that it pays on whatever worker it runs.
  double seconds = 0;
};

// What has to be paid again wherever a part of a module runs, in seconds.
struct SetupCost {
  // Making the module's items, and its module fixtures.
  double module_s = 0;
  // Class fixtures, by the class's node id ("tests/test_a.py::TestA"); paid where a test of the class runs.
  std::unordered_map<std::string, double> class_s;
};

// One file of tests.
struct ModuleEstimate {
  std::string node_id;
  SetupCost setup;
  // In collection order. Where ids are not known beforehand (open modules) `ids_exact` is false and the module is never split.
  std::vector<TestEstimate> tests;
  bool ids_exact = false;
  // Cut already, by the plan of a run over several shards: boundaries as in v1::Batch, and the parts that are to be planned. Such a module is
  // not split further. No boundaries: all of it.
  std::vector<std::string> boundaries;
  std::vector<uint32_t> parts;
};

struct PlanOptions {
  int slots = 1;
  // Batches in collection order, none split: for a run whose order binds. So it is on a single slot in any case.
  bool keep_order = false;
  // Of a whole collection: batches in its order, divided as ever, where others go longest first.
  bool order_binds = false;
  // A module's tests make one batch, which nobody takes a part of: one worker runs them, in pytest's order.
  bool keep_modules = false;
  // A module that costs more than this fraction of total work / slots is split, if splitting pays.
  double epsilon = 0.1;
  // No part is made smaller than this (seconds), and shorter modules are merged up to it: below it a batch's own cost outweighs balance.
  double min_part_s = 0.05;
};

struct PlannedBatch {
  v1::Batch batch;
  // Set-up and tests together.
  double predicted_s = 0;
  // Of this, what another worker would pay again if it took a part of the batch.
  double setup_s = 0;
  // Neighbours in the plan with the same number are short modules that are granted together: no round trip for each of them.
  size_t unit = 0;
  // Folder of its (first) module: a worker that has just run tests of it is warm for the batch.
  std::string package;
};

struct Plan {
  std::vector<PlannedBatch> batches;
  // Predicted seconds: greedy pull of the units on options.slots, and the floor below which no plan can go
  // (max of longest test and work / slots, with each set-up paid once).
  double makespan_s = 0;
  double floor_s = 0;
  // Where these come from: all the work with each set-up once; the longest test; the number of tests that were planned for.
  double work_s = 0;
  double longest_test_s = 0;
  std::string longest_test;
  size_t tests = 0;
};

// By module (v1::BY_MODULE): longest first (Graham's LPT), big modules split at test borders by boundaries, short ones merged to units.
Plan PlanByModule(const std::vector<ModuleEstimate>& modules, const PlanOptions& options);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_PLANNER_H_
