// One run from the first agent's hello to the books' close: takes events, tells agents what to do, feeds the reporters. Knows no
// sockets, processes or signals, so that tests drive it with plain calls. Not thread-safe: one thread owns it.
#ifndef FASTEST_COORDINATOR_RUN_RUN_H_
#define FASTEST_COORDINATOR_RUN_RUN_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/string_table.h"
#include "coordinator/dispatch/dispatch_queue.h"
#include "coordinator/plan/planner.h"
#include "coordinator/report/reporter.h"
#include "coordinator/results/ledger.h"
#include "coordinator/results/run_summary.h"
#include "coordinator/results/run_timing.h"
#include "coordinator/run/control.h"
#include "coordinator/run/estimates.h"
#include "coordinator/run/measurements.h"
#include "coordinator/run/run_options.h"
#include "proto/agent_service.pb.h"

namespace fastest::run {

// How a run reaches its agents.
class AgentPort {
 public:
  virtual ~AgentPort() = default;
  virtual void Send(int agent, const v1::CoordinatorMessage& message) = 0;
};

class Run {
 public:
  using Reporters = std::vector<std::unique_ptr<report::Reporter>>;
  struct Dependencies {
    AgentPort* agents;
    // Called once, when the first worker is ready: only then are the options known that reports depend on.
    std::function<Reporters(const results::RunStart&)> make_reporters;
    // Shows what comes before the reporters exist, and pytest's own text: stream, bytes.
    std::function<void(v1::WorkerMessage::Output::Stream, const std::string&)> show;
    // Seconds since the epoch.
    std::function<double()> now;
  };
  Run(RunOptions options, Estimates estimates, Dependencies dependencies);

  // Events.
  void AgentJoined(int agent, const v1::AgentMessage::Hello& hello);
  void AgentSaid(int agent, v1::AgentMessage::Event&& event);
  // Gone for good: what it had not reported goes to others.
  void AgentLeft(int agent, const std::string& why);
  // Any sign of life, and how long one takes to and fro.
  void AgentHeard(int agent);
  void AgentRoundTrip(int agent, double seconds);
  // Its stream broke and may come back within the lease (RunOptions.lease_s; without one it has left).
  void AgentBroken(int agent, const std::string& why);
  void AgentResumed(int agent);
  // It finishes what runs and takes nothing more.
  void AgentDraining(int agent, const std::string& reason);
  // One that was asked for and takes no part, for the reports; whoever calls has told the user.
  void AgentRefused(const std::string& name, const std::string& why);
  // Whether agents may still join: the run waits for them when none is left. From RunOptions.more_agents at first.
  void ExpectAgents(bool expected) { more_agents_ = expected; }
  // No agent will ever join.
  void AgentNeverCame(const std::string& why);
  // The user wants it to end (Ctrl-C): running tests are cut off.
  void Interrupt();
  void Tick();

  // Nothing more will come that matters.
  bool Done() const;
  // After Done(): tells the agents that all is said. They end what still runs and go.
  void EndAgents();
  // After Done(): closes the books, lets the reporters finish, and gives the run's exit code.
  int Close();

  // One line for the user if the run could not take place; empty otherwise. Valid after Close().
  const std::string& error() const { return fatal_message_; }
  // True once a worker has been ready.
  bool started() const { return start_.has_value(); }
  // What was measured and not yet taken, for the history; in mid-run, what is settled already. Its texts live as long as the run.
  Measurements::Measured TakeMeasured() { return Done() ? measurements_.Take() : measurements_.TakeSettled(); }

 private:
  struct Worker {
    dispatch::SlotKey slot;
    std::string id;
    bool ready = false;
    bool ended = false;
    // What it said before it was ready; only the first ready worker's is taken, since all say the same.
    std::vector<v1::WorkerMessage> early;
    // What it wrote until then, if it is not the first that wrote anything: conftests and plugins write the same in each.
    std::vector<v1::WorkerMessage> early_output;
    results::Origin origin;
  };
  struct Lease {
    std::string module;
    uint32_t part = 0;
    // A part of a split module; the named rest of a lease whose worker died.
    bool split = false;
    bool rest = false;
    bool collected = false;
    // Until it is done: what workers say of them by position.
    std::vector<v1::TestRef> tests;
  };

  void WorkerSaid(Worker& worker, v1::WorkerMessage& message);
  void OnOutput(Worker& worker, v1::WorkerMessage& message);
  void Show(const Worker& worker, const v1::WorkerMessage::Output& output);
  void OnReady(Worker& worker, const v1::WorkerMessage::Ready& ready);
  void Begin(const Worker& worker, const v1::WorkerMessage::Ready& ready);
  void PlanWork(const v1::Collection& collection);
  // Of what a worker has left out of its collection because it was decided here.
  void ReportNative(const v1::Collection& collection);
  // The run's tests if they are known one by one before the first lease, in the order of the run.
  std::vector<plan::WholeTest> ListTests(const v1::Collection& collection);
  bool KnowsTests() const { return mode_ == v1::WHOLE || options_.sequence.has_value(); }
  int FirstWorker() const { return options_.sequence.has_value() ? options_.sequence->worker : 0; }
  void ShowPlan(const plan::Plan& plan);
  // The run's tests are all known.
  void ReportExpected(int tests);
  void OnCollected(const Worker& worker, const v1::WorkerMessage::Collected& collected);
  void OnProgress(const Worker& worker, v1::WorkerMessage::Progress& progress);
  void OnResults(const results::Origin& from, v1::WorkerMessage::Progress& progress);
  // Stamps `result`.
  void OnResult(const results::Origin& origin, v1::TestResult& result);
  // Somebody has results of a worker that was given up.
  void LateNews(int agent, v1::AgentMessage::Event& event);
  void OnRefused(int agent, const v1::AgentMessage::Refused& refused);
  // The agent's workers are no more; `why` for the user.
  void GiveUpAgent(int agent, const std::string& why);
  std::string NameOf(int agent) const;
  results::Labels LabelsOf(int agent) const;
  results::AgentFacts FactsOf(int agent) const;
  void Note(const std::string& text);
  // Failures whose retry never came are final after all.
  void SettleRetries();
  // What the policies make of a test's last result.
  void Settle(bool failed, v1::TestResult* result);
  void AddFlaky();
  void KeepDeadline(double now);
  void OnCollectReport(const std::string& worker_id, const v1::CollectReport& report);
  void OnWarning(const std::string& worker_id, const v1::RecordedWarning& warning);
  void OnEnded(Worker& worker, const v1::WorkerMessage::Ended& ended);
  // Ends the run if more workers died than may be replaced.
  void CountDeath(const std::string& worker_id);
  void OnGone(Worker& worker, const v1::AgentMessage::WorkerGone& gone);
  void StartWorker(dispatch::SlotKey slot, v1::CoordinatorMessage::WorkerAssignment* assignment);
  void Act();
  void OnControl(const v1::AgentMessage::Event& event);
  // The workers have done what there was to do.
  bool WorkDone() const;
  // Starts the control session if one is wanted that is not there.
  void StartControl();
  // The same, and tells it what has come of tests since.
  void TellControl();
  // Tells the control session of the end, once that has come.
  void Conclude();
  // No more work is given out. `now`: running tests are cut off.
  void StopWork(const std::string& reason, bool now);
  void Fail(int exit_code, const std::string& message);
  int FailureLimit() const;
  // --continue-on-collection-errors. Precondition: a worker is ready.
  bool GoesOnAfterErrors() const;
  void NoteNotRun();
  void NotePolicies();
  int ExitCode(const results::Books& books) const;
  template <typename Call>
  void Report(Call call) {
    for (const auto& reporter : reporters_) call(*reporter);
  }

  const RunOptions options_;
  // Empty once the work is planned.
  Estimates estimates_;
  const Dependencies deps_;
  // Every node id of the run, once.
  StringTable names_;
  dispatch::DispatchQueue queue_;
  Control control_;
  bool more_agents_;
  results::Ledger ledger_;
  Reporters reporters_;
  std::optional<results::RunStart> start_;
  v1::CollectionMode mode_ = v1::AUTO;
  std::string collection_digest_;
  std::vector<std::string> module_order_;

  std::map<int, v1::AgentMessage::Hello> agents_;
  std::map<dispatch::SlotKey, Worker> workers_;
  // Those refused before there was a report to say it in: name and why.
  std::vector<std::pair<std::string, std::string>> refused_;
  // Workers of agents that were lost, by agent and worker id: results of theirs may still come.
  std::map<std::pair<int, std::string>, results::Origin> lost_workers_;
  // Tests that failed and wait for their next attempt, with the last one.
  std::map<std::string, std::pair<v1::TestResult, results::Origin>> failed_attempts_;
  // Retries that were given, flaky tests, failures in quarantine; quarantines that have expired, by test: what to tell of them.
  int retries_ = 0;
  int flaky_ = 0;
  int quarantined_ = 0;
  std::map<std::string, std::string> expired_;
  // Tests of the run, as far as that is known.
  int expected_ = 0;
  bool deadline_reached_ = false;
  int deaths_ = 0;
  bool too_many_deaths_ = false;
  size_t agents_set_aside_ = 0;
  std::unordered_map<uint64_t, Lease> leases_;
  int next_worker_;
  // Whose early output is shown as it comes.
  std::string early_writer_;
  // Planned batches of which no worker has yet said what they hold.
  size_t uncollected_ = 0;
  int deselected_ = 0;
  // By module, the worker whose warnings of making its tests count: each that makes tests of a divided module gives the same.
  std::unordered_map<std::string, std::string> warner_of_module_;
  // Of a run that is a part of another: the tests that leases of a module have named so far.
  std::unordered_map<std::string, int> expected_of_module_;
  double started_at_;

  Measurements measurements_;
  results::RunTiming timing_;
  // The places of tests in their modules, or in the whole collection.
  absl::flat_hash_map<dispatch::TestKey, int> positions_;

  bool stopping_ = false;
  bool interrupted_ = false;
  // Stopped for errors in collecting. What that comes to (-x makes it another exit code) the sessions know and say as they end.
  bool collection_failed_ = false;
  // By the user: it ends as soon as the workers have.
  bool cut_off_ = false;
  std::string stop_reason_;
  // The exit status that pytest.exit or a worker's session named for the run.
  std::optional<int> forced_exit_;
  // Of a run with a single slot: what its session ended with.
  std::optional<int> session_exit_;
  // A session hung after its last test: pytest would have, too.
  bool session_hung_ = false;
  std::string plugin_summary_;
  std::vector<results::SuiteProperty> testsuite_properties_;
  std::string last_death_;
  bool failed_ = false;
  int fatal_exit_ = 0;
  std::string fatal_message_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_RUN_H_
