// Holds back the leases of one run's workers until the workers have a turn: the runs of an agent share its slots.
#ifndef FASTEST_AGENT_SLOTS_TURNSTILE_H_
#define FASTEST_AGENT_SLOTS_TURNSTILE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>

#include "agent/slots/slot_share.h"
#include "base/state.h"
#include "proto/run.pb.h"

namespace fastest::agent {

// Pure except for its callback: no threads, no I/O, no clock. Owned by the pool; lives on the loop's thread.
//
// A worker's turn begins with a lease or `finish`, and lasts until the worker says that it waits. If it holds back a
// test then, that test runs at the beginning of its next turn, when the worker knows the test after it. Leases are
// passed on as they come, or one a turn if another worker waits for a turn. A session that runs no test needs no turn:
// when it starts, and when it ends with nothing held back or is stopped.
class Turnstile : private SlotShare::Guest {
 public:
  // Hands a command to the worker in a slot.
  using PassOn = std::function<void(uint32_t slot, const v1::WorkerCommand& command)>;
  // `share` outlives this.
  Turnstile(SlotShare* share, PassOn pass_on);
  ~Turnstile() override;
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  // The coordinator's commands to the worker in `slot`, in order.
  void Grant(uint32_t slot, const v1::Lease& lease);
  void Finish(uint32_t slot);
  // Passed on at once. The leases that wait for the worker are dropped.
  void Stop(uint32_t slot, const std::string& reason);
  // Takes back a lease that the worker has not been given. False: the worker has it, or it is unknown.
  bool Withdraw(uint32_t slot, uint64_t lease_id);

  // The worker says that it waits; that its session has ended.
  void OnWaits(uint32_t slot, const v1::WorkerMessage::Waits& waits);
  void OnSessionEnded(uint32_t slot);
  // The worker's process has ended; the next worker in the slot is another one.
  void OnGone(uint32_t slot);

 private:
  // kNone → kAsks → kHas → kNone; kNone → kHas; kAsks → kNone.
  enum class Turn {
    kNone,
    kAsks,  // The worker waits for a turn.
    kHas,   // It has one, and was given something to run.
  };
  // kOpen → kFinishes → kClosed; kOpen → kClosed.
  enum class Door {
    kOpen,
    kFinishes,  // `finish` is to follow the leases.
    kClosed,    // The worker was told to end, and takes nothing more.
  };
  friend constexpr bool MayFollow(Turn from, Turn to) {
    return from != to && !(from == Turn::kHas && to == Turn::kAsks);
  }
  friend constexpr bool MayFollow(Door from, Door to) { return from < to; }

  // What the turnstile knows of one worker.
  struct Desk {
    std::deque<v1::Lease> leases;
    State<Turn> turn{Turn::kNone};
    State<Door> door{Door::kOpen};
    // The last lease that the worker was given; 0: none.
    uint64_t last_lease = 0;
    bool holds_back = false;

    bool NeedsTurn() const { return !leases.empty() || (door == Door::kFinishes && holds_back); }
  };

  void OnTurn(uint32_t slot) override;
  void Move(uint32_t slot, Desk* desk);
  // The worker has a turn.
  void Use(uint32_t slot, Desk* desk);
  void PassFinish(uint32_t slot, Desk* desk);
  // The worker gets nothing more.
  void Shut(Desk* desk);
  void EndTurn(uint32_t slot, Desk* desk);

  SlotShare* const share_;
  const PassOn pass_on_;
  std::map<uint32_t, Desk> desks_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_SLOTS_TURNSTILE_H_
