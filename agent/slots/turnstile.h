// Holds back the leases of one run's workers until these have a turn, so that the runs of an agent share its slots.
#ifndef FASTEST_AGENT_SLOTS_TURNSTILE_H_
#define FASTEST_AGENT_SLOTS_TURNSTILE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>

#include "agent/slots/slot_share.h"
#include "proto/run.pb.h"

namespace fastest::agent {

// Pure but for what it is given: no threads, no I/O, no clock. Owned by the pool; lives on the loop's thread.
//
// A worker's turn begins with a lease or `finish`, and lasts until it says that it waits. A test that it holds back then is run at the beginning
// of its next turn, when it knows the test after it. Nobody else wanting to run, leases are passed on as they come; else one a turn. What runs no
// tests needs no turn: starting a session, and ending one that holds nothing back or was stopped.
class Turnstile : private SlotShare::Guest {
 public:
  // `pass_on` hands a command to the worker in a slot. `share` outlives this.
  using PassOn = std::function<void(uint32_t slot, const v1::WorkerCommand& command)>;
  Turnstile(SlotShare* share, PassOn pass_on);
  ~Turnstile() override;
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  // What the coordinator wants of the worker in `slot`, in order.
  void Grant(uint32_t slot, const v1::Lease& lease);
  void Finish(uint32_t slot);
  // Passed on at once; what is held back for the worker is dropped.
  void Stop(uint32_t slot, const std::string& reason);
  // Takes back a lease that the worker has not been given. False: it was given to it, or is unknown.
  bool Withdraw(uint32_t slot, uint64_t lease_id);

  // What the worker says: that it waits, and that its session has ended.
  void OnWaits(uint32_t slot, const v1::WorkerMessage::Waits& waits);
  void OnSessionEnded(uint32_t slot);
  // Its process has ended; the next worker in the slot is another.
  void OnGone(uint32_t slot);

 private:
  struct Desk {
    std::deque<v1::Lease> leases;
    bool finish = false;
    // It waits for a turn; it has one, and has been given something to run.
    bool asks = false;
    bool runs = false;
    // The last that it was given; 0: none.
    uint64_t last_lease = 0;
    bool holds_back = false;
    // It was told to end, and takes nothing more.
    bool closed = false;

    bool NeedsTurn() const { return !leases.empty() || (finish && holds_back); }
  };

  void OnTurn(uint32_t slot) override;
  void Move(uint32_t slot, Desk* desk);
  // Precondition: it has a turn.
  void Use(uint32_t slot, Desk* desk);
  void PassFinish(uint32_t slot, Desk* desk);
  void Close(uint32_t slot, Desk* desk);

  SlotShare* const share_;
  const PassOn pass_on_;
  std::map<uint32_t, Desk> desks_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_SLOTS_TURNSTILE_H_
