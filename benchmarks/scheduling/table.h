// The scenarios, the policies, and what they came to.
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
  // What the issue asks of our mean ratio; 0: nothing.
  double target = 0;
};
std::vector<Scenario> Scenarios();

// The losing policies stay in. Ours comes last.
std::vector<std::string> PolicyNames();

// Of makespan / floor over the seeds. `known` is false where a policy can't deal with the scenario.
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

// Runs every policy on `seeds` suites, `threads` at a time. `agent_s`: seconds of work for each agent. False in `*complete` if a run of
// ours lost a test or did not end.
Row Measure(const Scenario& scenario, int seeds, double agent_s, int threads, bool* complete);

std::string TableText(const std::vector<Row>& rows);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_TABLE_H_
