// Who gets which batch next. A pure state machine: no threads, no I/O, no clock of its own. The run tells it what happened and asks
// it what to do; an agent's loss, a crashed worker and a stop are events like any other.
//
// Life of a batch: queued → leased (a lease id names the attempt) → done; or, when its worker dies, what is left of it
// goes back to the head of the queue as a new batch that names its tests.
#ifndef FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
#define FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/plan/planner.h"
#include "proto/run.pb.h"

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

class DispatchQueue {
 public:
  struct Options {
    // A slot whose workers die this often in a row without having finished a test gets no further one.
    int max_barren_workers = 3;
    // Replacement workers after crashes in the whole run; beyond it what is left is given up (see GivenUp).
    // xdist's default is 4 per slot.
    int max_replacements_per_slot = 1000;
  };
  explicit DispatchQueue(Options options);

  // Work. Batches are granted in the order in which they were added; what is handed back goes first.
  void Add(plan::PlannedBatch batch);
  // No further Add will come except by handing back: idle slots may be finished.
  void Seal();

  // Events.
  void SlotAdded(SlotKey slot);  // Its worker is being started.
  void SlotReady(SlotKey slot);
  // What the lease will run. Repetitions are ignored.
  void Collected(uint64_t lease_id, const std::vector<v1::TestRef>& tests);
  // Returns false if this (lease, ref) was counted before or the lease is not known: the caller then drops the result.
  bool ResultArrived(uint64_t lease_id, const v1::TestRef& ref);
  void LeaseDone(uint64_t lease_id);
  // The worker ended: after Finish, by a crash, or for another reason. Its unreported tests are handed back. A test whose result
  // (reason crash or timeout) has arrived before is not run again. `replace`: start another worker if work is left.
  void WorkerGone(SlotKey slot, bool replace);
  // No lease is granted any more and nothing is handed back; slots are finished as they become idle.
  void Stop();

  // Decisions since the last call, in order.
  std::vector<Action> TakeActions();

  // Every batch is done (or stopped) and every slot has ended.
  bool Finished() const;
  // Tests and batches that were not run although they should have been, after Finished(): the tests of leases that were
  // collected, or whole batches (module and empty `tests`).
  std::vector<v1::Batch> GivenUp() const;
  // Slots that were set aside because their workers kept dying.
  std::vector<SlotKey> SetAside() const;

 private:
  friend class DispatchQueuePeer;
  struct LeaseState;
  struct SlotState;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_QUEUE_H_
