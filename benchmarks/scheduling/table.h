// The scenarios, the policies, and their results.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_TABLE_H_
#define FASTEST_BENCHMARKS_SCHEDULING_TABLE_H_

#include <string>
#include <vector>

#include "benchmarks/scheduling/farm.h"
#include "benchmarks/scheduling/suite.h"

namespace fastest::scheduling {

struct Scenario {
  std::string name;
  FarmOptions farm;
  HistoryOptions history;
  // The target for our mean ratio. 0: none.
  double target = 0;
};
std::vector<Scenario> Scenarios();

// The losing policies are shown too. Ours comes last.
std::vector<std::string> PolicyNames();

// makespan / floor over the seeds. `known` is false if a policy cannot handle the scenario.
struct Ratio {
  bool known = false;
  double mean = 0;
  double worst = 0;
};
struct Row {
  Scenario scenario;
  std::vector<Ratio> ratios;  // by policy
  // Mean seconds of the floor.
  double floor_s = 0;
};

// Runs every policy on `seeds` suites, `threads` at a time. `agent_s` is the seconds of work for each agent. Sets
// `*complete` to false if a run of ours lost a test or did not end.
Row Measure(const Scenario& scenario, int seeds, double agent_s, int threads, bool* complete);

std::string TableText(const std::vector<Row>& rows);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_TABLE_H_
