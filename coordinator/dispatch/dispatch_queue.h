// Who gets which batch next. A pure state machine: no threads, no I/O, no clock of its own. The run tells it what happened and asks
// it what to do; an agent's loss, a crashed worker and a stop are events like any other.
//
// Life of a batch: queued → leased (a lease id names the attempt) → done; or, when its worker dies, what is left of it
// goes back to the head of the queue as a new batch that names its tests.
//
// A slot gets its next batch late enough that no batch waits behind a long one while another slot is free, and early enough
// that the worker need not wait for the network: when what is left of its lease is predicted to end soon, or when
// all that is left is the test that its worker holds back.
#ifndef FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
#define FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::dispatch {

// One place for one worker on one agent. `agent` is the run's own number for it.
struct SlotKey {
  int agent = 0;
  uint32_t slot = 0;
  bool operator<(const SlotKey& o) const { return std::pair(agent, slot) < std::pair(o.agent, o.slot); }
  bool operator==(const SlotKey& o) const { return agent == o.agent && slot == o.slot; }
};

struct GrantLease {
  SlotKey slot;
  v1::Lease lease;
};
// The slot's worker should run its held-back test and end.
struct FinishSlot {
  SlotKey slot;
};
// A worker (again) for this slot.
struct StartWorker {
  SlotKey slot;
};
using Action = std::variant<GrantLease, FinishSlot, StartWorker>;

// Not thread-safe. Events that name an unknown slot or lease are ignored.
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
    // A slot is given its next batch when the running one is predicted to end within this time.
    double prefetch_s = 0.25;
    // What is granted to a slot that holds a test back waits until that has run. If that is predicted to take longer than this, it is
    // the last (shortest) of the queue that has to wait.
    double long_test_s = 1;
  };
  explicit DispatchQueue(Options options);

  // Work. Batches are granted in the order in which they were added; what is handed back goes first.
  void Add(v1::Batch batch, double predicted_s);
  // No further Add will come except by handing back: idle slots may be finished.
  void Seal();

  // Events.
  void SlotAdded(SlotKey slot);  // Its worker is being started.
  void SlotReady(SlotKey slot);
  // What the lease will run. Repetitions are ignored.
  void Collected(uint64_t lease_id, const std::vector<v1::TestRef>& tests);
  // Returns false if this (lease, ref) was counted before or the lease is not known: the caller then drops the result.
  bool ResultArrived(uint64_t lease_id, const v1::TestRef& ref);
  // The worker has nothing to run but perhaps a held-back test (Progress without `started`): it needs a lease or Finish now.
  void WorkerWaits(SlotKey slot);
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
  // Batches that were not run although they should have been; complete once Finished(). Either they name their tests, or they were
  // never collected and are as planned. What a Stop left is not among them.
  std::vector<v1::Batch> GivenUp() const;
  // What a Stop has kept from being run so far, in the same form.
  std::vector<v1::Batch> LeftByStop() const;
  // Slots that get no worker any more because theirs kept dying.
  std::vector<SlotKey> SetAside() const;

 private:
  struct Work {
    v1::Batch batch;
    double predicted_s = 0;
    // Workers that died over it without a result.
    int deaths = 0;
  };
  struct LeaseState {
    SlotKey slot;
    Work work;
    // Unset until collected.
    std::optional<std::vector<v1::TestRef>> tests;
    // By (node id, index): whether it has its result.
    absl::flat_hash_map<std::pair<std::string, uint32_t>, bool> reported;
    size_t unreported = 0;
    size_t results = 0;
  };
  enum class Phase { kStarting, kReady, kFinishing, kEnded, kSetAside, kLost };
  struct SlotState {
    Phase phase = Phase::kStarting;
    // Open leases in the order in which they were granted; two at most.
    std::vector<uint64_t> leases;
    bool waits = false;
    bool finished_a_test = false;
    int barren_workers = 0;
  };

  // Seconds until the slot will want a lease by the predictions: negative if it wants one now, unset if it is not time yet.
  std::optional<double> WantsIn(const SlotState& slot) const;
  std::vector<std::pair<double, SlotKey>> Wanting() const;
  // Predicted seconds of the test that the slot's worker holds back; 0 if it holds none.
  double HeldBackSeconds(const SlotState& slot) const;
  void GrantOneTo(SlotKey key, std::vector<Action>* actions);
  void GrantToWanting(std::vector<Action>* actions);
  void Revive(std::vector<Action>* actions);
  bool WorkersMayStart() const;
  // What is left of the lease as work of its own; unset if every test has its result.
  static std::optional<Work> Rest(LeaseState lease);
  // Returns whether a batch was given up because of this death.
  bool HandBack(SlotState* slot, bool by_crash);
  size_t Count(Phase phase) const;

  const Options options_;
  std::deque<Work> queue_;
  std::map<SlotKey, SlotState> slots_;
  absl::flat_hash_map<uint64_t, LeaseState> leases_;
  std::vector<v1::Batch> given_up_;
  std::vector<v1::Batch> left_by_stop_;
  uint64_t last_lease_id_ = 0;
  int crashes_ = 0;
  bool sealed_ = false;
  bool stopped_ = false;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
