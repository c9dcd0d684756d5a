// Joins what discovery found with what the history measured: the planner's input. A value; pure.
#ifndef FASTEST_COORDINATOR_RUN_ESTIMATES_H_
#define FASTEST_COORDINATOR_RUN_ESTIMATES_H_

#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/discovery/discovery.h"
#include "coordinator/history/history.h"
#include "coordinator/plan/planner.h"

namespace fastest::run {

class Estimates {
 public:
  // Nothing is known.
  Estimates() : Estimates({}, {}) {}
  Estimates(discovery::Discovery discovery, std::unordered_map<std::string, history::ModuleHistory> history);

  // One estimate for each of `modules`, in the same order. An unknown module counts as one test of mean length.
  std::vector<plan::ModuleEstimate> ForModules(const std::vector<std::string>& modules) const;
  // Predicted seconds of one test: its own history, else the mean of its module's tests, else the mean of all.
  double ForTest(const std::string& module, const std::string& node_id) const;
  // What is known of the modules' set-up.
  std::unordered_map<std::string, plan::SetupCost> Setups() const;

  // Whether anything was ever measured. If not, all predictions are the same guess.
  bool measured() const { return !measured_.empty(); }

  // The number of tests that discovery expects, and the ids that are certain, by module.
  int expected_tests() const { return expected_tests_; }
  // The modules that discovery found, in pytest's order.
  const std::vector<std::string>& modules() const { return modules_; }
  const std::unordered_map<std::string, std::vector<std::string>>& exact_ids() const { return exact_ids_; }

 private:
  struct Module {
    plan::SetupCost setup;
    double mean_s = 0;
    std::unordered_map<std::string, double> seconds;
    std::vector<std::string> order;
  };

  double mean_s_;
  int expected_tests_ = 0;
  std::vector<std::string> modules_;
  std::unordered_map<std::string, int> found_count_;
  std::unordered_map<std::string, std::vector<std::string>> exact_ids_;
  std::unordered_map<std::string, Module> measured_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_ESTIMATES_H_
