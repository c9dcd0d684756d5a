// What the dispatch queue is told about, and what it answers: slots, actions, verdicts, and work that was left. Plain
// values.
#ifndef FASTEST_COORDINATOR_DISPATCH_DISPATCH_ACTION_H_
#define FASTEST_COORDINATOR_DISPATCH_DISPATCH_ACTION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "proto/run.pb.h"

namespace fastest::dispatch {

// One place for one worker on one agent. `agent` is the run's own number for it, never used again.
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
// The slot's worker should give back what it has not begun of the lease: at most `max_tests`, from the end. The answer
// is Returned.
struct RevokeLease {
  SlotKey slot;
  uint64_t lease_id = 0;
  uint32_t max_tests = 0;
};
using Action = std::variant<GrantLease, FinishSlot, StartWorker, RevokeLease>;

// What a result means for its test.
struct Verdict {
  // False: this attempt was counted before, or is unknown. The caller drops the result.
  bool counts = false;
  // False: the test failed and will be run again.
  bool last = true;
  // Which attempt of the test it was, from 1.
  int attempt = 1;
};

// Work that was not run although it should have been.
struct Left {
  v1::Batch batch;
  // Why, if the queue knows it: the history of its losses. Empty otherwise.
  std::string why;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_ACTION_H_
