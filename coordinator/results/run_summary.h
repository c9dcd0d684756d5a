// How a run ended, for those who report it.
#ifndef FASTEST_COORDINATOR_RESULTS_RUN_SUMMARY_H_
#define FASTEST_COORDINATOR_RESULTS_RUN_SUMMARY_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/results/ledger.h"
#include "coordinator/results/run_timing.h"

namespace fastest::results {

// Name and value.
using SuiteProperty = std::pair<std::string, std::string>;

// Every worker that needs a session's fixture sets it up, and says the same.
inline void AddOnce(const SuiteProperty& property, std::vector<SuiteProperty>* all) {
  if (std::find(all->begin(), all->end(), property) == all->end()) all->push_back(property);
}

struct RunSummary {
  int exit_code = 0;
  // Ledger::counts().
  std::map<std::string, int> counts;
  Books books;
  // Wall seconds of the whole command, and the end by the wall clock (seconds since the epoch).
  double duration_s = 0;
  double finished_at = 0;
  // "stopping after 1 failures", "Interrupted: 2 errors during collection", "KeyboardInterrupt", … ; empty for a run
  // that went through. Printed between !!! lines as pytest does.
  std::string stop_reason;
  // What plugins' terminal summaries wrote, once.
  std::string plugin_summary;
  // What tests said of the whole suite (record_testsuite_property): each pair of name and value once, for as many
  // workers as said it.
  std::vector<SuiteProperty> testsuite_properties;
  // Node ids in pytest's order as far as known: reports that list failures sort by it.
  std::vector<std::string> module_order;
  TimingSummary timing;
  // Why the run fails though no test does, a line for each: quarantines that have ended.
  std::vector<std::string> policy_failures;
  // A test that passed after it had failed fails the run (--flaky-result fail).
  bool flaky_fails = false;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_RUN_SUMMARY_H_
