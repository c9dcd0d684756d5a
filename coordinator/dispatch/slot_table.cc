#include "coordinator/dispatch/slot_table.h"

namespace fastest::dispatch {

bool SlotTable::Add(SlotKey key) {
  if (!slots_.try_emplace(key).second) return false;
  ++count_[static_cast<size_t>(Phase::kStarting)];
  return true;
}

SlotState* SlotTable::Find(SlotKey key) {
  const auto it = slots_.find(key);
  return it == slots_.end() ? nullptr : &it->second;
}

void SlotTable::SetPhase(SlotKey key, Phase phase) {
  SlotState& slot = at(key);
  --count_[static_cast<size_t>(slot.phase)];
  ++count_[static_cast<size_t>(phase)];
  slot.phase = phase;
  if (phase == Phase::kEnded) {
    ended_.insert(key);
  } else {
    ended_.erase(key);
  }
}

void SlotTable::SetWants(SlotKey key, SlotState* slot, std::optional<double> seconds) {
  if (seconds == slot->wants_in) return;
  if (slot->wants_in.has_value()) {
    wanting_.erase({*slot->wants_in, key});
    if (*slot->wants_in < 0) --idle_;
  }
  if (seconds.has_value()) {
    wanting_.insert({*seconds, key});
    if (*seconds < 0) ++idle_;
  }
  slot->wants_in = seconds;
}

void SlotTable::SetDismissed(SlotKey key, bool dismissed) {
  if (dismissed) {
    dismissed_.insert(key);
  } else {
    dismissed_.erase(key);
  }
}

}  // namespace fastest::dispatch
