// Which workers of an agent may run tests now, where several runs use it at once: as many as it has slots, and each run its share of them.
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
// A worker that is to run tests asks for a turn, and passes it on at the borders of leases (Turnstile sees to that). A turn that is free goes
// to the run that has the fewest now; among these, to the one that has gone without for longest. So a run that is alone has all of them, two
// have half each, and however many there are, each comes round. Within a run it goes to the worker that has waited longest.
class SlotShare {
 public:
  // One run's side of it.
  class Guest {
   public:
    virtual ~Guest() = default;
    // The worker in `slot`, which waited, has a turn. Comes in the midst of some guest's call of the share, never of one for the same worker;
    // the share may not be called in it.
    virtual void OnTurn(uint32_t slot) = 0;
  };

  // At least one slot is taken for granted.
  explicit SlotShare(uint32_t slots);

  // Precondition: the worker neither has a turn nor waits for one. True: it has one now; false: OnTurn will follow.
  bool Ask(Guest* guest, uint32_t slot);
  // Precondition: it has a turn. If anybody waits, it goes to whom it is due; the worker waits again. True: it was due to the same, who has it
  // still.
  bool Pass(Guest* guest, uint32_t slot);
  // It wants no turn any more, whether it has one, waits for one, or neither.
  void End(Guest* guest, uint32_t slot);
  // The same for all workers of the run.
  void Leave(Guest* guest);

  // Somebody waits.
  bool wanted() const { return waiting_ > 0; }

 private:
  struct Run {
    Guest* guest = nullptr;
    std::set<uint32_t> having;
    std::deque<uint32_t> waiting;
    // When it came, or last got a turn or passed one on, counted in such events.
    uint64_t last_event = 0;
  };

  Run* Find(const Guest* guest);
  void GiveBack(Run* run, uint32_t slot);
  // Hands out what is free. Returns whether `slot` of `guest` is among those who got a turn; it is not told by OnTurn.
  bool HandOut(const Guest* guest, uint32_t slot);

  const size_t slots_;
  size_t taken_ = 0;
  size_t waiting_ = 0;
  uint64_t events_ = 0;
  // Those that have asked and not left: few.
  std::vector<Run> runs_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_SLOTS_SLOT_SHARE_H_
