#include "agent/slots/slot_share.h"

#include <algorithm>
#include <utility>

namespace fastest::agent {

SlotShare::SlotShare(uint32_t slots) : slots_(std::max<uint32_t>(slots, 1)) {}

SlotShare::Run* SlotShare::Find(const Guest* guest) {
  const auto it = std::find_if(runs_.begin(), runs_.end(), [guest](const Run& run) { return run.guest == guest; });
  return it == runs_.end() ? nullptr : &*it;
}

bool SlotShare::Ask(Guest* guest, uint32_t slot) {
  Run* run = Find(guest);
  if (run == nullptr) {
    run = &runs_.emplace_back();
    run->guest = guest;
    run->last_event = ++events_;
  }
  run->waiting.push_back(slot);
  ++waiting_;
  return HandOut(guest, slot);
}

bool SlotShare::Pass(Guest* guest, uint32_t slot) {
  GiveBack(Find(guest), slot);
  return Ask(guest, slot);
}

void SlotShare::End(Guest* guest, uint32_t slot) {
  Run* run = Find(guest);
  if (run == nullptr) return;
  GiveBack(run, slot);
  const auto it = std::find(run->waiting.begin(), run->waiting.end(), slot);
  if (it != run->waiting.end()) {
    run->waiting.erase(it);
    --waiting_;
  }
  HandOut(nullptr, 0);
}

void SlotShare::Leave(Guest* guest) {
  Run* run = Find(guest);
  if (run == nullptr) return;
  taken_ -= run->having.size();
  waiting_ -= run->waiting.size();
  runs_.erase(runs_.begin() + (run - runs_.data()));
  HandOut(nullptr, 0);
}

void SlotShare::GiveBack(Run* run, uint32_t slot) {
  if (run->having.erase(slot) == 0) return;
  --taken_;
  run->last_event = ++events_;
}

bool SlotShare::HandOut(const Guest* guest, uint32_t slot) {
  bool to_asker = false;
  while (taken_ < slots_ && waiting_ > 0) {
    Run* next = nullptr;
    for (Run& run : runs_) {
      if (run.waiting.empty()) continue;
      const auto rank = [](const Run& r) { return std::pair(r.having.size(), r.last_event); };
      if (next == nullptr || rank(run) < rank(*next)) next = &run;
    }
    const uint32_t chosen = next->waiting.front();
    next->waiting.pop_front();
    --waiting_;
    next->having.insert(chosen);
    ++taken_;
    next->last_event = ++events_;
    if (next->guest == guest && chosen == slot) {
      to_asker = true;
    } else {
      next->guest->OnTurn(chosen);
    }
  }
  return to_asker;
}

}  // namespace fastest::agent
