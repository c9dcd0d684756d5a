// What a run tells about itself. Every reporter consumes the same stream of calls, in one thread, in the order in which things happened
// (but see OnlyWritesAFile).
#ifndef FASTEST_COORDINATOR_REPORT_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_REPORTER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coordinator/results/run_summary.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::report {

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

// The facts of a run known before its first test.
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
  std::string engine;
  // Why the collection is whole; empty if it goes by module.
  std::string whole_reason;
  // Seconds since the Unix epoch.
  double started_at = 0;
  std::string hostname;
  ShardFacts shard;
};

// One agent, as it says of itself when it joins.
struct AgentFacts {
  std::string name;
  std::string hostname;
  int slots = 0;
  Labels labels;
};

// What the plan promises (see plan::Plan). `measured`: its seconds come from past runs; otherwise all tests are taken to last equally long.
struct PlanFacts {
  int batches = 0;
  double predicted_s = 0;
  double floor_s = 0;
  double work_s = 0;
  bool measured = false;
};

// A batch that was given to a worker. `module` is empty in whole collection; `tests` is 0 where only the worker knows how many it holds.
struct LeaseFacts {
  uint64_t lease_id = 0;
  std::string module;
  int part = 0;
  int tests = 0;
  double at = 0;
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void RunStarted(const RunStart&) {}
  virtual void AgentJoined(const AgentFacts&) {}
  virtual void AgentLost(const std::string& /*agent*/, const std::string& /*why*/) {}
  // An agent that was asked for and takes no part in the run.
  virtual void AgentRefused(const std::string& /*agent*/, const std::string& /*why*/) {}
  virtual void Planned(const PlanFacts&) {}
  // The number of tests that the run expects; called again when it becomes known better. `exact` once every lease is collected.
  virtual void Expected(int /*tests*/, bool /*exact*/) {}
  // How many tests were deselected so far, over all modules (they are not part of what is expected). Comes before Expected(…, true).
  virtual void Deselected(int /*tests*/) {}
  // How many tests of a module there will be results for (known when it is collected; grows by parts of a split module).
  virtual void ModuleExpected(const std::string& /*module*/, int /*tests*/) {}
  // The tests of a module, or of a part of it, that a worker has begun to run or will; those of a lease that hands on the rest of another
  // are not told again. In whole collection, all of a module's at once. `collect_s`: what making its items took; 0 if that is not known.
  virtual void Collected(const std::string& /*module*/, const std::vector<v1::TestRef>& /*tests*/,
                         double /*collect_s*/) {}
  virtual void WorkerStarted(const Origin&, const Labels& /*of_its_agent*/) {}
  virtual void WorkerLost(const Origin&, const std::string& /*how*/) {}
  virtual void BatchLeased(const LeaseFacts&, const Origin&) {}
  virtual void TestStarted(const v1::TestRef&, const Origin&, double /*at*/) {}
  // A test failed and is run again (--retries). Its Result follows; origin.attempt of that counts on from here.
  virtual void Attempt(const v1::TestResult&, const Origin&) {}
  // Exactly one for each test. It is flaky if it passed at a later attempt than the first.
  virtual void Result(const v1::TestResult&, const Origin&) {}
  virtual void Collect(const v1::CollectReport&) {}
  virtual void Warning(const v1::RecordedWarning&) {}
  virtual void Output(const v1::WorkerMessage::Output&, const Origin&) {}
  // A line for the user about the run itself ("gw1 ended: signal SIGKILL; its tests go to gw2").
  virtual void Note(const std::string& /*text*/) {}
  // Called often (at least ten times a second) while the run goes on; `now` is seconds since the epoch.
  virtual void Tick(double /*now*/) {}
  // Whether all that it does at the end is to write a file of its own; then its Finished may be called in another thread, while others'
  // are.
  virtual bool OnlyWritesAFile() const { return false; }
  // Last call. Files are complete when it returns. Errors in writing are the reporter's to say on stderr, once; returns false then.
  virtual bool Finished(const results::RunSummary&) { return true; }
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_REPORTER_H_
