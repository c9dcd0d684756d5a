// The facts of a run, of its agents, its plan and its leases, for those who keep books or report. Plain values.
#ifndef FASTEST_COORDINATOR_RESULTS_RUN_FACTS_H_
#define FASTEST_COORDINATOR_RESULTS_RUN_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/test.pb.h"

namespace fastest::results {

// Where a result comes from.
struct Origin {
  std::string agent;
  std::string worker;  // "gw0"
  int attempt = 1;
  // Of its agent, from 0; told with WorkerStarted, -1 where it is not known.
  int slot = -1;
};

// What an agent says of itself (fastest-agent --label).
using Labels = std::map<std::string, std::string>;

// The share of a divided run (--shard), and the runs that it goes on from (--rerun-from).
struct ShardFacts {
  // From 1; 0: the run is not divided.
  int index = 0;
  int count = 0;
  // The plan's digest.
  std::string plan;
  // Their run ids.
  std::vector<std::string> rerun_of;
};

// The facts of a run known before its first test. What only a worker's Python can say is empty until the first worker
// is ready: versions, header, options and the reason for a whole collection.
struct RunStart {
  std::string run_id;
  std::string version;
  std::string rootdir;
  std::string invocation_dir;
  std::string python_version;
  std::string pytest_version;
  // Lines for the header under "test session starts", as the workers' pytest gives them.
  std::vector<std::string> header;
  // pytest's resolved options (WorkerMessage.Ready.options).
  std::map<std::string, std::string> options;
  int slots = 0;
  // What was typed for pytest, and RunSpec.engine: what another run needs to go the same way.
  std::vector<std::string> pytest_args;
  v1::Engine engine = v1::ENGINE_AUTO;
  // Why the collection is whole; empty if it goes by module.
  std::string whole_reason;
  // Seconds since the Unix epoch.
  double started_at = 0;
  std::string hostname;
  ShardFacts shard;

  // A worker was ready.
  bool has_worker() const { return !python_version.empty(); }
  // Whether pytest leaves out tests that it collects (-k, -m, --deselect …), by its own word, or else by what was
  // typed.
  bool selects() const;
};

// One agent, as it says of itself when it joins.
struct AgentFacts {
  std::string name;
  std::string hostname;
  int slots = 0;
  Labels labels;
};

// What the plan promises (see plan::Plan). `measured`: its seconds come from past runs; otherwise all tests are taken
// to last equally long.
struct PlanFacts {
  int batches = 0;
  double predicted_s = 0;
  double floor_s = 0;
  double work_s = 0;
  bool measured = false;
};

// A batch that was given to a worker. `module` is empty in whole collection; `tests` is 0 where only the worker knows
// how many it holds.
struct LeaseFacts {
  uint64_t lease_id = 0;
  std::string module;
  int part = 0;
  int tests = 0;
  double at = 0;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_RUN_FACTS_H_
