// Which workers of an agent may run tests now, if several runs use it at once: as many as the agent has slots, and each
// run its share.
#ifndef FASTEST_AGENT_SLOTS_SLOT_SHARE_H_
#define FASTEST_AGENT_SLOTS_SLOT_SHARE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <vector>

namespace fastest::agent {

// Pure: no threads, no I/O, no clock. Lives on the loop's thread; owned by the host, outlives its guests.
//
// A worker that is to run tests asks for a turn, and passes it on at the borders of leases (Turnstile sees to that). A
// free turn goes to the run that has the fewest turns now; among these, to the run whose last turn is longest ago; and
// within the run, to the worker that has waited longest. Example: a run that is alone has all turns, two runs have half
// each, and with more runs than slots each run has a turn some time.
class SlotShare {
 public:
  // One run.
  class Guest {
   public:
    virtual ~Guest() = default;
    // The worker in `slot`, which waited, has a turn. Called within a call of the share by some guest, but never within
    // one for the same worker. May not call the share.
    virtual void OnTurn(uint32_t slot) = 0;
  };

  // 0 slots count as 1.
  explicit SlotShare(uint32_t slots);

  // Precondition: the worker neither has a turn nor waits for one. True: it has a turn now. False: OnTurn follows.
  bool Ask(Guest* guest, uint32_t slot);
  // Precondition: the worker has a turn. Gives the turn to the worker whom it is due to. True: that is the same worker.
  // False: the worker waits, and OnTurn follows.
  bool Pass(Guest* guest, uint32_t slot);
  // The worker wants no turn any more, whether it has one, waits for one, or neither.
  void End(Guest* guest, uint32_t slot);
  // The same for all workers of the run.
  void Leave(Guest* guest);

  // A worker waits.
  bool wanted() const { return waiting_ > 0; }

 private:
  struct Run {
    Guest* guest = nullptr;
    std::set<uint32_t> having;
    std::deque<uint32_t> waiting;
    // When the run came, or last got a turn or passed one on. Counted in such events.
    uint64_t last_event = 0;
  };

  Run* Find(const Guest* guest);
  void GiveBack(Run* run, uint32_t slot);
  // Hands out the free turns. Returns whether `slot` of `guest` got one; OnTurn is not called for it.
  bool HandOut(const Guest* guest, uint32_t slot);

  const size_t slots_;
  size_t taken_ = 0;
  size_t waiting_ = 0;
  uint64_t events_ = 0;
  // Those that have asked and not left: few runs.
  std::vector<Run> runs_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_SLOTS_SLOT_SHARE_H_
