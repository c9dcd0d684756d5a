// One run, from the first agent's hello to the end of the reports: takes events, tells agents what to do, and decides
// when the run stops. It wires its parts, which do not know it: the roster (agents and workers), the bookkeeper (what
// is kept of tests), the ending, the reports, the control session, and the dispatch queue (who gets which batch).
//
// Knows no process, socket, flag or clock, so tests drive it with plain calls. One thread owns it. What goes wrong
// becomes the run's exit code and error().
#ifndef FASTEST_COORDINATOR_RUN_RUN_H_
#define FASTEST_COORDINATOR_RUN_RUN_H_

#include <functional>
#include <string>
#include <vector>

#include "base/string_table.h"
#include "coordinator/control/control.h"
#include "coordinator/dispatch/dispatch_queue.h"
#include "coordinator/policy/stop_rules.h"
#include "coordinator/report/run_reports.h"
#include "coordinator/results/run_summary.h"
#include "coordinator/run/bookkeeper.h"
#include "coordinator/run/ending.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/final_wait.h"
#include "coordinator/run/measurements.h"
#include "coordinator/run/roster.h"
#include "coordinator/run/run_options.h"
#include "coordinator/run/run_start.h"
#include "proto/agent_service.pb.h"
#include "proto/exit_code.h"

namespace fastest::run {

// How a run reaches its agents.
class AgentPort {
 public:
  virtual ~AgentPort() = default;
  virtual void Send(int agent, const v1::CoordinatorMessage& message) = 0;
};

class Run {
 public:
  struct Dependencies {
    // Must outlive the run.
    AgentPort* agents;
    report::RunReports::Reporters reporters;
    // Shows what comes before reporters are told of the run, and pytest's own text.
    report::RunReports::Show show;
    // Seconds since the epoch.
    std::function<double()> now;
  };
  Run(RunOptions options, Estimates estimates, Dependencies dependencies);

  // Events of agents.
  void AgentJoined(int agent, const v1::AgentMessage::Hello& hello);
  void AgentSaid(int agent, v1::AgentMessage::Event&& event);
  // The agent is gone for good. What it had not reported goes to others.
  void AgentLeft(int agent, const std::string& why);
  // Any sign of life; and how long a message takes to and fro.
  void AgentHeard(int agent) { queue_.AgentHeard(agent, now_()); }
  void AgentRoundTrip(int agent, double seconds) { queue_.AgentRoundTrip(agent, seconds); }
  // The agent's stream broke. It may come back within the lease (Patience.lease_s); without a lease it has left.
  void AgentBroken(int agent, const std::string& why);
  void AgentResumed(int agent);
  // The agent finishes what runs, and takes nothing more.
  void AgentDraining(int agent, const std::string& reason);
  // An agent that was asked for takes no part. For the reports: the caller has told the user.
  void AgentRefused(const std::string& name, const std::string& why);
  // Whether agents may still join: the run waits for them when none is left. From RunOptions.more_agents at first.
  void ExpectAgents(bool expected) { roster_.ExpectAgents(expected); }
  // No agent will ever join.
  void AgentNeverCame(const std::string& why) { Fail(kNotRun, why); }

  // The user wants the run to end (Ctrl-C): running tests are interrupted, and cut off if that takes long.
  void Interrupt();
  // To be called often.
  void Tick();

  // Nothing more will come that matters.
  bool Done() const;
  // After Done(): tells the agents that all is said. They end what still runs, and go.
  void EndAgents();
  // After Done(): closes the books, lets the reporters finish, and gives the run's exit code.
  int Close();

  // One line for the user if the run could not take place; empty otherwise. Valid after Close().
  const std::string& error() const { return ending_.failure(); }
  // A worker has been ready.
  bool started() const { return started_; }
  // What was measured and not yet taken, for the history; in the midst of the run, what is settled already. The texts
  // live as long as the run.
  Measurements::Measured TakeMeasured();

 private:
  // What workers say.
  void WorkerSaid(Worker& worker, v1::WorkerMessage& message);
  void OnReady(Worker& worker, const v1::WorkerMessage::Ready& ready);
  // Tells reporters of the run, and of what came before.
  void Begin(results::RunStart start, int agent);
  // The deadline came before any worker was ready: reports say so, and what discovery knows of the tests.
  void BeginWithoutWorker();
  // Lets ready workers begin. Where parameters depend on more than the modules' text, all workers collect first, as
  // pytest-xdist's workers do.
  void LetBegin();
  void PlanTests(const v1::Collection& collection);
  void ShowPlan(const plan::Plan& plan);
  void OnOutput(Worker& worker, v1::WorkerMessage& message);
  void OnCollectReport(const Worker& worker, const v1::CollectReport& report);
  void OnProgress(Worker& worker, v1::WorkerMessage::Progress& progress);
  void OnResults(const results::Origin& from, v1::WorkerMessage::Progress& progress);
  void OnEnded(const Worker& worker, const v1::WorkerMessage::Ended& ended);
  // The session broke. If every worker's would break in the same way, the run ends with pytest's text and exit
  // status. Otherwise the worker's tests go to others.
  void OnFailure(Worker& worker, const v1::WorkerMessage::Failure& failure);
  void ShowBreak();
  void OnGone(const Worker& worker, const v1::AgentMessage::WorkerGone& gone);
  // What the worker wrote and was held back because another wrote the same.
  void ShowEarlyOutput(const Worker& worker);
  // Ends the run if more workers died than may be replaced.
  void CountDeath(const std::string& worker_id);

  // What becomes of agents.
  void OnRefused(int agent, const v1::AgentMessage::Refused& refused);
  // It said something of a lease that is not its own. It is lost, and nothing more that it says is believed. (To drop
  // the one message would do harm: the tests would never end, or count as the liar has reported them before.)
  void OnLie(int agent, const std::string& what);
  // Its workers are no more; `why` is for the user.
  void GiveUpAgent(int agent, const std::string& why);
  // All is said to it.
  static v1::CoordinatorMessage EndRun();
  // Results that a lost agent has kept.
  void LateNews(int agent, v1::AgentMessage::Event& event);

  // What the run does.
  void Act();
  void StartWorker(dispatch::SlotKey slot, v1::CoordinatorMessage::WorkerAssignment* assignment);
  void SendToAll(const v1::CoordinatorMessage& message);
  // No more work is given out. `now`: running tests are cut off. The ending knows why.
  void StopWork(const std::string& reason, bool now);
  void StopAtLimit();
  void Fail(int exit_code, const std::string& message);
  // The workers have done what there was to do.
  bool WorkDone() const;
  Circumstances HowItWent() const;
  void NoteUnmatchedQuarantine();

  // What the run does not wait for (run_waits.cc).
  void KeepDeadline(double now);
  // Workers are killed, whatever they do.
  void CutOff(double now);
  // Gives up workers that are not needed any more and do not end.
  void EndWaits(double now);
  void GiveUpWorkers(const std::vector<dispatch::SlotKey>& slots, const std::string& why);

  // The control session.
  void OnControl(const v1::AgentMessage::Event& event);
  // Starts it if one is wanted that is not there.
  void StartControl();
  // Tells it what has come of tests since, and of the end when that has come.
  void TellControl();

  const RunOptions options_;
  AgentPort& agents_;
  const std::function<double()> now_;
  const double started_at_;
  report::RunReports reports_;
  // Every node id of the run, once.
  StringTable names_;
  // Empty once the tests are planned.
  Estimates estimates_;
  dispatch::DispatchQueue queue_;
  control::Control control_;
  Roster roster_;
  Bookkeeper books_;
  Ending ending_;
  // Workers that are ready and have not begun, and until when they wait for the others. 0: they wait for nobody.
  std::vector<dispatch::SlotKey> begin_;
  double await_all_until_ = 0;
  // When workers are killed that do not end after an interrupt. Only if the ending is by the user.
  double cut_off_at_ = 0;
  FinalWait final_wait_;
  bool started_ = false;
  // What the last session said that broke in the midst of the run, and whether a test ran then.
  std::string last_break_;
  bool test_broke_ = false;
  // Its text, and whose it is, until it is shown. (If every session breaks so, the run ends with the text.)
  v1::WorkerMessage::Output break_text_;
  results::Origin break_origin_;
  policy::StopRules stop_rules_;
  // Discovery does not know which tests pytest leaves out.
  bool selects_ = false;
  // All workers must agree with it.
  std::string collection_digest_;
  // As far as sessions have said what belongs into it.
  results::RunSummary summary_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_RUN_H_
