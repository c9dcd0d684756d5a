// What a run tells about itself. Every reporter gets the same calls, in one thread, in the order of the events
// (exception: OnlyWritesAFile).
#ifndef FASTEST_COORDINATOR_REPORT_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_REPORTER_H_

#include <string>
#include <vector>

#include "coordinator/results/run_facts.h"
#include "coordinator/results/run_summary.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::report {

class Reporter {
 public:
  virtual ~Reporter() = default;
  // The run is about to begin: what is known before any worker is ready. RunStarted follows, or else Abandoned. A run
  // that is over is told without this call.
  virtual void RunAnnounced(const results::RunStart&) {}
  virtual void RunStarted(const results::RunStart&) {}
  virtual void AgentJoined(const results::AgentFacts&) {}
  virtual void AgentLost(const std::string& /*agent*/, const std::string& /*why*/) {}
  // An agent that was asked for takes no part in the run.
  virtual void AgentRefused(const std::string& /*agent*/, const std::string& /*why*/) {}
  virtual void Planned(const results::PlanFacts&) {}
  // The number of tests that the run expects. Called again when more is known. `exact` once every lease is collected.
  virtual void Expected(int /*tests*/, bool /*exact*/) {}
  // How many tests were deselected so far, over all modules. They are not among the expected tests. Comes before
  // Expected(…, true).
  virtual void Deselected(int /*tests*/) {}
  // How many results there will be of a module. Called when the module is collected, and with each part of a split
  // module.
  virtual void ModuleExpected(const std::string& /*module*/, int /*tests*/) {}
  // The tests of a module, or of a part of it, that a worker runs or will run. A lease with the rest of another lease
  // is not told again. In whole collection, all tests of a module at once. `collect_s`: the seconds that making the
  // items took; 0 if not known.
  virtual void Collected(const std::string& /*module*/, const std::vector<v1::TestRef>& /*tests*/,
                         double /*collect_s*/) {}
  virtual void WorkerStarted(const results::Origin&, const results::Labels& /*of_its_agent*/) {}
  virtual void WorkerLost(const results::Origin&, const std::string& /*how*/) {}
  virtual void BatchLeased(const results::LeaseFacts&, const results::Origin&) {}
  virtual void TestStarted(const v1::TestRef&, const results::Origin&, double /*at*/) {}
  // A test failed and is run again (--retries). Its Result follows, and origin.attempt continues the count.
  virtual void Attempt(const v1::TestResult&, const results::Origin&) {}
  // Called exactly once for each test. The test is flaky if it passed at a later attempt than the first.
  virtual void Result(const v1::TestResult&, const results::Origin&) {}
  virtual void Collect(const v1::CollectReport&) {}
  virtual void Warning(const v1::RecordedWarning&) {}
  virtual void Output(const v1::WorkerMessage::Output&, const results::Origin&) {}
  // A line for the user about the run itself ("gw1 ended: signal SIGKILL; its tests go to gw2").
  virtual void Note(const std::string& /*text*/) {}
  // Called at least ten times a second while the run goes on. `now` is in seconds since the epoch.
  virtual void Tick(double /*now*/) {}
  // Whether the reporter's only work at the end is to write a file of its own. Finished may then be called in another
  // thread, while others are in theirs.
  virtual bool OnlyWritesAFile() const { return false; }
  // The last call. When it returns, files are complete. If writing fails, the reporter says so once on stderr, and
  // returns false.
  virtual bool Finished(const results::RunSummary&) { return true; }
  // In place of RunStarted and Finished: no worker was ever ready, and `summary` says why. Returns as Finished does.
  virtual bool Abandoned(const results::RunSummary&) { return true; }
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_REPORTER_H_
