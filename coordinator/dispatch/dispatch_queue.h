// Who gets which batch next. A pure state machine: no threads, no I/O, no clock of its own. The run tells it what happened and asks
// it what to do; an agent's loss, a crashed worker and a stop are events like any other.
//
// Life of a batch: queued → leased (a lease id names the attempt) → done; or, when its worker dies, what is left of it
// goes back to the head of the queue as a new batch that names its tests. Life of a test: however often it is handed out, one result
// is its last word. With retries a failure is the last word only when the retries are used up.
//
// A slot gets its next batch late enough that no batch waits behind a long one while another slot is free, and early enough
// that the worker need not wait for the network: when what is left of its leases is predicted to end soon, or when all that is
// left is the test that its worker holds back. Among the first few that are about as long, it gets one that its worker is warm for. When the
// queue is empty, idle slots take over what busy ones have not begun.
//
// Every event costs O(log slots) at most, whatever the number of tests; what is rare (a loss, a steal) may cost O(slots).
#ifndef FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
#define FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/string_table.h"
#include "coordinator/dispatch/dispatch_action.h"
#include "coordinator/dispatch/dispatch_state.h"
#include "coordinator/dispatch/work.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::dispatch {

// Not thread-safe. Events that name an unknown agent, slot or lease are ignored. `now` is seconds since the epoch.
class DispatchQueue {
 public:
  struct Options {
    // A slot whose workers die this often in a row without having finished a test gets no further one.
    int max_barren_workers = 3;
    // A batch that has cost this many workers without a single result is given up. The last of these deaths counts
    // against the batch alone, so that a batch which nobody survives does not cost a run its only slot.
    int max_batch_deaths = 3;
    // Workers that may crash in the whole run, for each slot; beyond it no worker is started any more. xdist's default is 4.
    int max_replacements_per_slot = 1000;
    // An agent whose workers die this often in a row, with no test between that came to its end, gets no more work as long
    // as another agent does better.
    int max_deaths_in_a_row = 5;
    // A slot is given its next batch when what it has is predicted to end within this time and two of the agent's round trips.
    double prefetch_s = 0.25;
    // What is granted to a slot that holds a test back waits until that has run. If that is predicted to take longer than this, it is
    // the last (shortest) of the queue that has to wait.
    double long_test_s = 1;
    // Leases that a slot may hold, on an agent that is near and on one that is far: short batches hide its round trip by numbers.
    size_t leases_near = 2;
    size_t leases_far = 8;
    double far_s = 0.002;
    // An agent that was not heard of for this long is lost; 0: the caller alone says when one is.
    double lease_s = 0;
    // How often a test may be lost together with the agent that ran it, and still be run again.
    int max_losses = 1;
    // How often a test that fails is run again.
    int retries = 0;
    // Whether idle slots take over what busy ones have not begun, if it is predicted to last at least `min_steal_s` beyond the
    // set-up that it costs once more.
    bool steal = true;
    double min_steal_s = 0.1;
  };
  // `names`: the run's table of node ids, which must outlive the queue.
  DispatchQueue(const Options& options, StringTable& names) : options_(options), names_(names) {}

  // Work. Batches are granted in the order in which they were added; what is handed back goes first.
  void Add(const v1::Batch& batch, const Cost& cost);
  void Add(const v1::Batch& batch, double predicted_s) { Add(batch, Cost{predicted_s}); }
  // No further Add will come except by handing back: idle slots may be finished.
  void Seal();

  // Agents. `name` is for people. An agent that only shows by its slots is called by its number.
  void AgentJoined(int agent, const std::string& name, double now);
  // Any sign of life.
  void AgentHeard(int agent, double now);
  void AgentRoundTrip(int agent, double seconds);
  // Its stream broke and may come back within the lease: it keeps what it has and gets nothing more.
  void AgentBroken(int agent);
  void AgentResumed(int agent, double now);
  // It finishes the tests that run and takes nothing more.
  void AgentDraining(int agent);
  // Gone for good, its workers with it. What it had not reported is handed out again: a test that ran, `max_losses` times only, and
  // never one marked no_retry. Results that reach us later still count, for tests that have none by then.
  void AgentLost(int agent, const std::string& why, double now);
  // Declares lost whose lease has ended; returns them. Call it when NextDeadline() has come, and after whatever was received
  // meanwhile has been told.
  std::vector<int> Tick(double now);
  std::optional<double> NextDeadline();

  // Workers.
  void SlotAdded(SlotKey slot);  // Its worker is being started.
  void SlotReady(SlotKey slot);
  // What the lease will run; `no_retry` are positions in `tests`. Repetitions are ignored.
  template <typename Refs = std::vector<v1::TestRef>>
  void Collected(uint64_t lease_id, const Refs& tests, const std::vector<uint32_t>& no_retry = {}) {
    LeaseState* lease = BeginCollected(lease_id);
    if (lease == nullptr) return;
    for (const v1::TestRef& ref : tests) Enter(lease_id, lease, KeyOf(ref, &names_));
    for (const uint32_t position : no_retry) MarkNoRetry(*lease, position);
    Touch(lease->slot);
  }
  void TestStarted(uint64_t lease_id, const v1::TestRef& ref);
  // `failed`: it is to be run again if retries are left and `may_retry`. `crashed`: its worker died or was ended because of it.
  Verdict ResultArrived(uint64_t lease_id, const v1::TestRef& ref, bool failed = false, bool crashed = false,
                        bool may_retry = true);
  // The worker has nothing to run but perhaps a held-back test (Progress without `started`): it needs a lease or Finish now.
  void WorkerWaits(SlotKey slot);
  // The answer to RevokeLease. `whole`: the lease was not opened, and all of it comes back as it was.
  void Returned(uint64_t lease_id, const std::vector<v1::TestRef>& tests, bool whole);
  void LeaseDone(uint64_t lease_id);
  // The worker ended: after Finish, by a crash, or for another reason. Its unreported tests are handed back. A test whose result
  // (reason crash or timeout) has arrived before is not run again. `replace`: start another worker if work is left; if
  // false the slot is gone for good.
  void WorkerGone(SlotKey slot, bool replace);
  // No lease is granted any more and nothing is handed back; slots are finished as they become idle.
  void Stop();

  // Decisions since the last call, in order.
  std::vector<Action> TakeActions();

  // Every batch is done (or stopped, or nobody is left to run it) and every slot has ended.
  bool Finished() const;
  // Work is left and nobody is there for it.
  bool Stranded() const;
  // What was not run although it should have been; complete once Finished(). Either it names its tests, or it was never collected and
  // is as planned. What a Stop left is not among it.
  std::vector<Left> GivenUp() const;
  // What a Stop has kept from being run so far, in the same form.
  std::vector<v1::Batch> LeftByStop() const;
  // Slots that get no worker any more because theirs kept dying.
  std::vector<SlotKey> SetAside() const;
  // Agents that got no more work because their workers kept dying, in the order in which that was decided.
  const std::vector<int>& AgentsSetAside() const { return agents_set_aside_; }
  // Batches that wait in the queue; leases that were moved from busy slots to idle ones.
  size_t queued() const { return queue_.size() + elsewhere_size_; }
  int steals() const { return steals_; }

 private:
  static constexpr size_t kPhases = 6;
  using Worker = std::pair<SlotKey, uint32_t>;

  // Bookkeeping (dispatch_queue.cc, dispatch_agents.cc).
  LeaseState* BeginCollected(uint64_t lease_id);
  void Enter(uint64_t lease_id, LeaseState* lease, TestKey key);
  void MarkNoRetry(const LeaseState& lease, uint32_t position);
  AgentState& AgentOf(int agent);
  void SetPhase(SlotKey key, SlotState* slot, Phase phase);
  void SetHeard(int agent, AgentState* state, double now);
  // The one that was heard of the longest ago, of those that are timed and not lost.
  std::optional<int> LongestSilent();
  void Retry(TestKey key, const LeaseState& lease);
  void PutElsewhere(SlotKey from, Work work);
  void CloseLease(uint64_t lease_id);
  // What is left of the lease as work of its own; unset if every test has its result.
  std::optional<Work> Rest(uint64_t lease_id, const LeaseState& lease) const;
  std::optional<v1::Batch> WithoutResults(const Work& work) const;
  // Returns whether a batch was given up because of this death.
  bool HandBack(SlotState* slot, bool by_crash);
  void HandBackLost(SlotState* slot, const std::string& loss);
  size_t Suspect(const SlotState& slot) const;
  // Predicted seconds of the test that the slot's worker holds back, as far as known; 0 if it holds none.
  double HeldBackSeconds(const SlotState& slot) const;
  void PutFirst(std::vector<Work> left);
  void SetAsideIfHopeless(int agent);
  size_t Count(Phase phase) const { return count_[static_cast<size_t>(phase)]; }

  // Decisions (dispatch_decisions.cc).
  bool Available(SlotKey key) const;
  // Recomputes the slot's place among those that want work.
  void Touch(SlotKey key);
  // Seconds until the slot will want a lease by the predictions: negative if it wants one now, unset if it is not time yet.
  std::optional<double> WantsIn(SlotKey key, const SlotState& slot) const;
  double LeftSeconds(const LeaseState& lease) const;
  std::optional<Work> TakeWorkFor(SlotKey key, const SlotState& slot);
  // Where in the queue (not empty) the work stands that the slot should have next.
  std::deque<Work>::iterator WarmestFor(const SlotState& slot);
  bool IsOnlySlot(SlotKey key) const;
  void GrantTo(SlotKey key, Work work, std::vector<Action>* actions);
  void GrantToWanting(std::vector<Action>* actions);
  void Revive(std::vector<Action>* actions);
  struct Victim {
    SlotKey slot;
    RevokeLease revoke;
    double gain_s = 0;
  };
  std::optional<Victim> FindVictim() const;
  // Asks busy slots for what the idle ones could do. Returns whether there is more that would be worth it.
  bool Steal(std::vector<Action>* actions);
  void FinishIdle(bool all, std::vector<Action>* actions);
  void DropDone();
  bool WorkersMayStart() const;

  const Options options_;
  StringTable& names_;
  std::deque<Work> queue_;
  // Tests that failed and work that was given back, by the worker that had it: it is the last that gets it again.
  std::map<Worker, std::deque<Work>> elsewhere_;
  size_t elsewhere_size_ = 0;
  std::map<int, AgentState> agents_;
  std::map<SlotKey, SlotState> slots_;
  // Slots that want work, those first that want it most.
  std::set<std::pair<double, SlotKey>> wanting_;
  std::set<SlotKey> ended_;
  // Idle slots of agents that take nothing more.
  std::set<SlotKey> dismissed_;
  // Agents by when they were heard, or earlier: they are heard far more often than anybody asks.
  std::set<std::pair<double, int>> heard_;
  std::array<size_t, kPhases> count_ = {};
  absl::flat_hash_map<uint64_t, LeaseState> leases_;
  // Leases of agents that were lost: their results may still come.
  absl::flat_hash_set<uint64_t> lost_leases_;
  absl::flat_hash_map<TestKey, TestState> tests_;
  // Attempts that failed and were counted, of tests that are (or were) run again.
  absl::flat_hash_set<std::pair<uint64_t, TestKey>> failed_attempts_;
  std::map<std::pair<uint32_t, uint32_t>, std::string> loss_history_;
  std::vector<std::pair<Work, std::string>> given_up_;
  std::vector<Work> left_by_stop_;
  std::vector<int> agents_set_aside_;
  uint64_t last_lease_id_ = 0;
  int crashes_ = 0;
  int steals_ = 0;
  size_t pending_revokes_ = 0;
  // Slots in wanting_ that want work now.
  size_t idle_ = 0;
  // Nothing is worth stealing, and nothing has happened since that could change it.
  bool nothing_to_steal_ = false;
  // What the last search found.
  bool worth_stealing_ = false;
  double last_tick_ = 0;
  // Something in the queue may have its result already.
  bool late_results_ = false;
  bool sealed_ = false;
  bool stopped_ = false;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
