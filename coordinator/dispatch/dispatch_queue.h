// Who gets which batch next. A pure state machine: no threads, no I/O, no clock. The run tells it what happened and
// asks it what to do. The loss of an agent, a crashed worker and a stop are events like any other.
//
// Life of a batch: queued → leased (a lease id names the attempt) → done. If its worker dies, what is left of the batch
// goes back to the head of the queue, as a new batch that names its tests. Life of a test: however often it is handed
// out, one result is its last word. With retries, a failure is the last word only when the retries are used up.
//
// When a slot gets its next batch:
//   late enough    no batch waits behind a long one while another slot is free
//   early enough   the worker need not wait for the network: what is left of its leases is predicted to end soon, or
//                  all that is left is the test that the worker holds back
// Among the first few batches that are about as long, the slot gets one that its worker is warm for. When nothing is
// queued, idle slots take over what busy ones have not begun.
//
// An event costs at most O(log slots), whatever the number of tests. A rare one (a loss, a steal) may cost O(slots).
//
// Its parts: Backlog (work that waits), SlotTable (slots, and which of them want work), Heartbeats (silent agents).
#ifndef FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
#define FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/string_table.h"
#include "coordinator/dispatch/backlog.h"
#include "coordinator/dispatch/dispatch_action.h"
#include "coordinator/dispatch/dispatch_state.h"
#include "coordinator/dispatch/heartbeats.h"
#include "coordinator/dispatch/slot_table.h"
#include "coordinator/dispatch/work.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::dispatch {

// Owned by a run; not thread-safe. Events that name an unknown agent, slot or lease are ignored. `now` is seconds since
// the epoch.
class DispatchQueue {
 public:
  struct Options {
    // A slot gets no further worker when so many in a row have died without finishing a test.
    int max_barren_workers = 3;
    // A batch is given up when it has cost so many workers without a single result. The last of these deaths counts
    // against the batch alone, so that a batch which no worker survives does not cost a run its only slot.
    int max_batch_deaths = 3;
    // How many workers may crash in the whole run, for each slot. After that no worker is started any more. The default
    // of pytest-xdist is 4.
    int max_replacements_per_slot = 1000;
    // An agent gets no more work when so many of its workers in a row have died, with no test between that came to its
    // end, as long as another agent does better.
    int max_deaths_in_a_row = 5;
    // A slot is given its next batch when what it has is predicted to end within this time and two of the agent's round
    // trips.
    double prefetch_s = 0.25;
    // A slot that holds a test back runs it before what it is granted. If the test is predicted to take longer than
    // this, the slot is granted the last (shortest) batch of the queue.
    double long_test_s = 1;
    // How many leases a slot may hold, on an agent that is near and on one that is far. Several short batches hide a
    // long round trip.
    size_t leases_near = 2;
    size_t leases_far = 8;
    double far_s = 0.002;
    // An agent that was not heard of for this long is lost. 0: only the caller says when one is lost.
    double lease_s = 0;
    // How often a test is run again that was lost together with the agent that ran it.
    int max_losses = 1;
    // How often a test that fails is run again.
    int retries = 0;
    // Whether idle slots take over what busy ones have not begun. It must be predicted to last at least `min_steal_s`
    // beyond the set-up that it costs once more.
    bool steal = true;
    double min_steal_s = 0.1;
  };
  // `names`: the run's table of node ids, which must outlive the queue.
  DispatchQueue(const Options& options, StringTable& names)
      : options_(options), names_(names), heartbeats_(options.lease_s) {}

  // Work. Batches are granted in the order in which they were added; what is handed back goes first.
  void Add(const v1::Batch& batch, const Cost& cost);
  void Add(const v1::Batch& batch, double predicted_s) { Add(batch, Cost{predicted_s}); }
  // No further Add will come, so idle slots may be finished.
  void Seal();

  // Agents. `name` is for people. An agent that is known only by its slots is called by its number.
  void AgentJoined(int agent, const std::string& name, double now);
  // Any sign of life.
  void AgentHeard(int agent, double now) { heartbeats_.Heard(agent, now); }
  void AgentRoundTrip(int agent, double seconds);
  // The agent's stream broke and may come back within the lease: it keeps what it has, and gets nothing more.
  void AgentBroken(int agent);
  void AgentResumed(int agent, double now);
  // The agent finishes the tests that run, and takes nothing more.
  void AgentDraining(int agent);
  // The agent is gone for good, with its workers. What it had not reported is handed out again; a test that was
  // running, `max_losses` times only, and never if it is marked no_retry. Results of it that come later still count,
  // for tests that have none by then.
  void AgentLost(int agent, const std::string& why, double now);
  // Declares agents lost whose lease has ended, and returns them. To be called when NextDeadline() has come, after
  // everything that was received has been told.
  std::vector<int> Tick(double now);
  std::optional<double> NextDeadline() { return heartbeats_.NextDeadline(); }

  // Workers.
  // The slot's worker is being started.
  void SlotAdded(SlotKey slot);
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
  // `failed`: the test is run again if retries are left and `may_retry`. `crashed`: its worker died, or was ended
  // because of it.
  Verdict ResultArrived(uint64_t lease_id, const v1::TestRef& ref, bool failed = false, bool crashed = false,
                        bool may_retry = true);
  // The worker has nothing to run except perhaps a test that it holds back (Progress without `started`). It needs a
  // lease or Finish now.
  void WorkerWaits(SlotKey slot);
  // The answer to RevokeLease. `whole`: the lease was not opened, and comes back as it was.
  void Returned(uint64_t lease_id, const std::vector<v1::TestRef>& tests, bool whole);
  void LeaseDone(uint64_t lease_id);
  // The worker's session broke, and WorkerGone() follows. Its unreported tests are handed back. `why` is for the user.
  // The test that ran then, or the module that was collected, goes to another worker `max_losses` times only.
  void SessionBroke(SlotKey slot, const std::string& why);
  // The worker ended: after Finish, by a crash, or for another reason. Its unreported tests are handed back. A test
  // whose result (reason crash or timeout) has arrived before is not run again. `replace`: start another worker if work
  // is left. Otherwise the slot is gone for good.
  void WorkerGone(SlotKey slot, bool replace);
  // No lease is granted any more, and nothing is handed back. Slots are finished as they become idle.
  void Stop();

  // Decisions since the last call, in order.
  std::vector<Action> TakeActions();

  // Every batch is done (or stopped, or no slot is left to run it), and every slot has ended.
  bool Finished() const;
  // Work is left, and no slot is left to run it.
  bool Stranded() const;
  // Every test has what it will get: no lease is out, and none will be. What is left are workers that start or end.
  bool OnlyWorkersLeft() const;
  // Slots whose workers do not keep the run from ending then: they are not ready, or their agents are out of reach.
  std::vector<SlotKey> Unneeded() const;
  // What was not run although it should have been; complete once Finished(). Each either names its tests, or was never
  // collected and is as planned. What a Stop left is not among them.
  std::vector<Left> GivenUp() const;
  // What a Stop has kept from being run so far, in the same form.
  std::vector<v1::Batch> LeftByStop() const;
  // Slots that get no worker any more because theirs kept dying.
  std::vector<SlotKey> SetAside() const;
  // Agents that get no more work because their workers kept dying: those since the last call, in order.
  std::vector<int> TakeAgentsSetAside() { return std::exchange(agents_set_aside_, {}); }
  // Batches that wait; leases that were moved from busy slots to idle ones.
  size_t queued() const { return backlog_.size(); }
  int steals() const { return steals_.done; }

 private:
  // Bookkeeping (dispatch_queue.cc, dispatch_agents.cc).
  LeaseState* BeginCollected(uint64_t lease_id);
  void Enter(uint64_t lease_id, LeaseState* lease, TestKey key);
  void MarkNoRetry(const LeaseState& lease, uint32_t position);
  AgentState& AgentOf(int agent);
  void TouchAll(int agent, const AgentState& state);
  void Retry(TestKey key, const LeaseState& lease);
  void PutElsewhere(SlotKey from, Work work);
  void CloseLease(uint64_t lease_id);
  // What is left of the lease. Unset: every test has its result.
  std::optional<Work> Rest(uint64_t lease_id, const LeaseState& lease) const;
  std::optional<v1::Batch> WithoutResults(const Work& work) const;
  // Returns whether a batch was given up because of this death.
  bool HandBack(SlotState* slot, bool by_crash);
  void HandBackLost(SlotState* slot, const std::string& loss);
  size_t Suspect(const SlotState& slot) const;
  // Predicted seconds of the test that the slot's worker holds back. 0: it holds none, as far as is known.
  double HeldBackSeconds(const SlotState& slot) const;
  void PutFirst(std::vector<Work> left);
  void SetAsideIfHopeless(int agent);

  // Decisions (dispatch_decisions.cc).
  bool Available(SlotKey key) const;
  // Recomputes the slot's place among those that want work.
  void Touch(SlotKey key);
  // Predicted seconds until the slot wants a lease. Negative: it wants one now. Unset: it is not time yet.
  std::optional<double> WantsIn(SlotKey key, const SlotState& slot) const;
  double LeftSeconds(const LeaseState& lease) const;
  std::optional<Work> TakeWorkFor(SlotKey key, const SlotState& slot);
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
  // Asks busy slots for what the idle ones could do. Returns whether more would be worth stealing.
  bool Steal(std::vector<Action>* actions);
  void FinishIdle(bool all, std::vector<Action>* actions);
  bool IsDone(TestKey key) const;
  bool WorkersMayStart() const;

  const Options options_;
  StringTable& names_;
  Backlog backlog_;
  SlotTable slots_;
  std::map<int, AgentState> agents_;
  Heartbeats heartbeats_;
  absl::flat_hash_map<uint64_t, LeaseState> leases_;
  // Leases of agents that were lost. Their results may still come.
  absl::flat_hash_set<uint64_t> lost_leases_;
  absl::flat_hash_map<TestKey, TestState> tests_;
  // Attempts that failed and were counted, of tests that are (or were) run again.
  absl::flat_hash_set<std::pair<uint64_t, TestKey>> failed_attempts_;
  absl::flat_hash_map<TestKey, std::string> loss_history_;
  std::vector<std::pair<Work, std::string>> given_up_;
  std::vector<Work> left_by_stop_;
  // Not told yet.
  std::vector<int> agents_set_aside_;
  Steals steals_;
  uint64_t last_lease_id_ = 0;
  int crashes_ = 0;
  // Something in the backlog may have its result already.
  bool late_results_ = false;
  bool sealed_ = false;
  bool stopped_ = false;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
