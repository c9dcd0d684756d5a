#include "agent/slots/turnstile.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fastest::agent {

Turnstile::Turnstile(SlotShare* share, PassOn pass_on) : share_(share), pass_on_(std::move(pass_on)) {}

Turnstile::~Turnstile() { share_->Leave(this); }

void Turnstile::Grant(uint32_t slot, const v1::Lease& lease) {
  Desk& desk = desks_[slot];
  if (desk.closed) return;
  desk.leases.push_back(lease);
  Move(slot, &desk);
}

void Turnstile::Finish(uint32_t slot) {
  Desk& desk = desks_[slot];
  if (desk.closed) return;
  desk.finish = true;
  Move(slot, &desk);
}

void Turnstile::Stop(uint32_t slot, const std::string& reason) {
  Desk& desk = desks_[slot];
  v1::WorkerCommand command;
  command.mutable_stop()->set_reason(reason);
  pass_on_(slot, command);
  desk.leases.clear();
  desk.closed = true;
  // It may be within a test: then the turn lasts until its session has ended.
  if (!desk.runs) Close(slot, &desk);
}

bool Turnstile::Withdraw(uint32_t slot, uint64_t lease_id) {
  const auto it = desks_.find(slot);
  if (it == desks_.end()) return false;
  Desk& desk = it->second;
  const auto lease = std::find_if(desk.leases.begin(), desk.leases.end(),
                                  [lease_id](const v1::Lease& one) { return one.id() == lease_id; });
  if (lease == desk.leases.end()) return false;
  desk.leases.erase(lease);
  if (desk.asks && !desk.NeedsTurn()) {
    desk.asks = false;
    share_->End(this, slot);
  }
  Move(slot, &desk);
  return true;
}

void Turnstile::OnWaits(uint32_t slot, const v1::WorkerMessage::Waits& waits) {
  const auto it = desks_.find(slot);
  if (it == desks_.end()) return;
  Desk& desk = it->second;
  // What is on its way to it ends the waiting that it speaks of.
  if (desk.closed || !desk.runs || waits.last_lease_id() != desk.last_lease) return;
  desk.holds_back = waits.holds_back();
  desk.runs = false;
  if (!desk.NeedsTurn()) {
    share_->End(this, slot);
    Move(slot, &desk);
  } else if (share_->Pass(this, slot)) {
    Use(slot, &desk);
  } else {
    desk.asks = true;
  }
}

void Turnstile::OnSessionEnded(uint32_t slot) {
  const auto it = desks_.find(slot);
  if (it != desks_.end()) Close(slot, &it->second);
}

void Turnstile::OnGone(uint32_t slot) {
  if (desks_.erase(slot) > 0) share_->End(this, slot);
}

void Turnstile::OnTurn(uint32_t slot) {
  Desk& desk = desks_.at(slot);
  desk.asks = false;
  Use(slot, &desk);
}

void Turnstile::Move(uint32_t slot, Desk* desk) {
  if (desk->closed || desk->asks) return;
  if (desk->runs) {
    Use(slot, desk);
  } else if (desk->NeedsTurn()) {
    if (share_->Ask(this, slot)) {
      Use(slot, desk);
    } else {
      desk->asks = true;
    }
  } else if (desk->finish) {
    PassFinish(slot, desk);
  }
}

void Turnstile::Use(uint32_t slot, Desk* desk) {
  const bool begins = !desk->runs;
  desk->runs = true;
  for (bool first = begins; !desk->leases.empty() && (first || !share_->wanted()); first = false) {
    v1::WorkerCommand command;
    *command.mutable_run() = std::move(desk->leases.front());
    desk->leases.pop_front();
    desk->last_lease = command.run().id();
    pass_on_(slot, command);
  }
  // It may as well run its held-back test now as come round for it again.
  if (desk->leases.empty() && desk->finish) PassFinish(slot, desk);
}

void Turnstile::PassFinish(uint32_t slot, Desk* desk) {
  desk->closed = true;
  v1::WorkerCommand command;
  command.mutable_finish();
  pass_on_(slot, command);
}

void Turnstile::Close(uint32_t slot, Desk* desk) {
  desk->leases.clear();
  desk->closed = true;
  desk->asks = desk->runs = false;
  share_->End(this, slot);
}

}  // namespace fastest::agent
