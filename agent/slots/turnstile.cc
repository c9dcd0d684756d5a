#include "agent/slots/turnstile.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fastest::agent {

Turnstile::Turnstile(SlotShare* share, PassOn pass_on) : share_(share), pass_on_(std::move(pass_on)) {}

Turnstile::~Turnstile() { share_->Leave(this); }

void Turnstile::Grant(uint32_t slot, const v1::Lease& lease) {
  Desk& desk = desks_[slot];
  if (desk.door == Door::kClosed) return;
  desk.leases.push_back(lease);
  Move(slot, &desk);
}

void Turnstile::Finish(uint32_t slot) {
  Desk& desk = desks_[slot];
  if (desk.door != Door::kOpen) return;
  desk.door.To(Door::kFinishes);
  Move(slot, &desk);
}

void Turnstile::Stop(uint32_t slot, const std::string& reason) {
  Desk& desk = desks_[slot];
  v1::WorkerCommand command;
  command.mutable_stop()->set_reason(reason);
  pass_on_(slot, command);
  Shut(&desk);
  // The worker may be within a test: then its turn lasts until its session has ended.
  if (desk.turn != Turn::kHas) EndTurn(slot, &desk);
}

bool Turnstile::Withdraw(uint32_t slot, uint64_t lease_id) {
  const auto it = desks_.find(slot);
  if (it == desks_.end()) return false;
  Desk& desk = it->second;
  const auto lease = std::find_if(desk.leases.begin(), desk.leases.end(),
                                  [lease_id](const v1::Lease& one) { return one.id() == lease_id; });
  if (lease == desk.leases.end()) return false;
  desk.leases.erase(lease);
  if (desk.turn == Turn::kAsks && !desk.NeedsTurn()) EndTurn(slot, &desk);
  Move(slot, &desk);
  return true;
}

void Turnstile::OnWaits(uint32_t slot, const v1::WorkerMessage::Waits& waits) {
  const auto it = desks_.find(slot);
  if (it == desks_.end()) return;
  Desk& desk = it->second;
  if (desk.door == Door::kClosed || desk.turn != Turn::kHas) return;
  // A lease on its way to the worker ends the wait that the worker speaks of.
  if (waits.last_lease_id() != desk.last_lease) return;
  desk.holds_back = waits.holds_back();
  if (!desk.NeedsTurn()) {
    EndTurn(slot, &desk);
    Move(slot, &desk);
    return;
  }
  desk.turn.To(Turn::kNone);
  if (share_->Pass(this, slot)) {
    Use(slot, &desk);
  } else {
    desk.turn.To(Turn::kAsks);
  }
}

void Turnstile::OnSessionEnded(uint32_t slot) {
  const auto it = desks_.find(slot);
  if (it == desks_.end()) return;
  Shut(&it->second);
  EndTurn(slot, &it->second);
}

void Turnstile::OnGone(uint32_t slot) {
  if (desks_.erase(slot) > 0) share_->End(this, slot);
}

void Turnstile::OnTurn(uint32_t slot) { Use(slot, &desks_.at(slot)); }

void Turnstile::Move(uint32_t slot, Desk* desk) {
  if (desk->door == Door::kClosed || desk->turn == Turn::kAsks) return;
  if (desk->turn == Turn::kHas) {
    Use(slot, desk);
  } else if (desk->NeedsTurn()) {
    if (share_->Ask(this, slot)) {
      Use(slot, desk);
    } else {
      desk->turn.To(Turn::kAsks);
    }
  } else if (desk->door == Door::kFinishes) {
    PassFinish(slot, desk);
  }
}

void Turnstile::Use(uint32_t slot, Desk* desk) {
  const bool begins = desk->turn != Turn::kHas;
  if (begins) desk->turn.To(Turn::kHas);
  for (bool first = begins; !desk->leases.empty() && (first || !share_->wanted()); first = false) {
    v1::WorkerCommand command;
    *command.mutable_run() = std::move(desk->leases.front());
    desk->leases.pop_front();
    desk->last_lease = command.run().id();
    pass_on_(slot, command);
  }
  // The worker may as well run its held-back test now as in another turn.
  if (desk->leases.empty() && desk->door == Door::kFinishes) PassFinish(slot, desk);
}

void Turnstile::PassFinish(uint32_t slot, Desk* desk) {
  desk->door.To(Door::kClosed);
  v1::WorkerCommand command;
  command.mutable_finish();
  pass_on_(slot, command);
}

void Turnstile::Shut(Desk* desk) {
  desk->leases.clear();
  if (desk->door != Door::kClosed) desk->door.To(Door::kClosed);
}

void Turnstile::EndTurn(uint32_t slot, Desk* desk) {
  if (desk->turn != Turn::kNone) desk->turn.To(Turn::kNone);
  share_->End(this, slot);
}

}  // namespace fastest::agent
