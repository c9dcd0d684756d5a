// What a run tells about itself. Every reporter consumes the same stream of calls, in one thread, in the order in which things happened
// (but see OnlyWritesAFile).
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
  virtual void RunStarted(const results::RunStart&) {}
  virtual void AgentJoined(const results::AgentFacts&) {}
  virtual void AgentLost(const std::string& /*agent*/, const std::string& /*why*/) {}
  // An agent that was asked for and takes no part in the run.
  virtual void AgentRefused(const std::string& /*agent*/, const std::string& /*why*/) {}
  virtual void Planned(const results::PlanFacts&) {}
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
  virtual void WorkerStarted(const results::Origin&, const results::Labels& /*of_its_agent*/) {}
  virtual void WorkerLost(const results::Origin&, const std::string& /*how*/) {}
  virtual void BatchLeased(const results::LeaseFacts&, const results::Origin&) {}
  virtual void TestStarted(const v1::TestRef&, const results::Origin&, double /*at*/) {}
  // A test failed and is run again (--retries). Its Result follows; origin.attempt of that counts on from here.
  virtual void Attempt(const v1::TestResult&, const results::Origin&) {}
  // Exactly one for each test. It is flaky if it passed at a later attempt than the first.
  virtual void Result(const v1::TestResult&, const results::Origin&) {}
  virtual void Collect(const v1::CollectReport&) {}
  virtual void Warning(const v1::RecordedWarning&) {}
  virtual void Output(const v1::WorkerMessage::Output&, const results::Origin&) {}
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
