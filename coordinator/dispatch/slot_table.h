// The slots of a run: by phase, and by how much they want work. Part of the dispatch queue; pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_DISPATCH_SLOT_TABLE_H_
#define FASTEST_COORDINATOR_DISPATCH_SLOT_TABLE_H_

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/dispatch/dispatch_action.h"
#include "coordinator/dispatch/dispatch_state.h"

namespace fastest::dispatch {

class SlotTable {
 public:
  using Slots = std::map<SlotKey, SlotState>;

  // A slot whose worker is being started. False: it was there before, and stays as it is.
  bool Add(SlotKey key);
  // Null if there is no such slot.
  SlotState* Find(SlotKey key);
  // Precondition for the rest: there is such a slot.
  SlotState& at(SlotKey key) { return slots_.find(key)->second; }
  const SlotState& at(SlotKey key) const { return slots_.find(key)->second; }
  void SetPhase(SlotKey key, Phase phase);
  // The slot wants work in so many seconds: negative if now, unset if not yet, or if it gets none.
  void SetWants(SlotKey key, SlotState* slot, std::optional<double> seconds);
  // Whether the slot is idle and gets no more work.
  void SetDismissed(SlotKey key, bool dismissed);

  size_t size() const { return slots_.size(); }
  bool empty() const { return slots_.empty(); }
  Slots::const_iterator begin() const { return slots_.begin(); }
  Slots::const_iterator end() const { return slots_.end(); }
  size_t Count(Phase phase) const { return count_[static_cast<size_t>(phase)]; }
  // Slots that wait for a new worker.
  const std::set<SlotKey>& ended() const { return ended_; }
  // Those first that want work most.
  const std::set<std::pair<double, SlotKey>>& wanting() const { return wanting_; }
  // How many of the wanting want work now.
  size_t idle() const { return idle_; }
  const std::set<SlotKey>& dismissed() const { return dismissed_; }

 private:
  Slots slots_;
  std::array<size_t, kPhases> count_ = {};
  std::set<SlotKey> ended_;
  std::set<std::pair<double, SlotKey>> wanting_;
  size_t idle_ = 0;
  std::set<SlotKey> dismissed_;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_SLOT_TABLE_H_
