// What the queue decides: grants, new workers, steals, ends.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "coordinator/dispatch/dispatch_queue.h"

namespace fastest::dispatch {
namespace {

constexpr uint32_t kAllTests = std::numeric_limits<uint32_t>::max();

}  // namespace

bool DispatchQueue::Available(SlotKey key) const {
  const AgentState& agent = agents_.at(key.agent);
  return !agent.broken && !agent.draining && !agent.set_aside && !agent.lost;
}

double DispatchQueue::LeftSeconds(const LeaseState& lease) const {
  const double predicted_s = lease.work.cost.predicted_s;
  if (!lease.collected || lease.tests.empty()) return predicted_s;
  return predicted_s * static_cast<double>(lease.unreported) / static_cast<double>(lease.tests.size());
}

double DispatchQueue::HeldBackSeconds(const SlotState& slot) const {
  if (slot.leases.empty()) return 0;
  const LeaseState& lease = leases_.at(slot.leases.back());
  return lease.collected && lease.unreported == 1 ? LeftSeconds(lease) : 0;
}

std::optional<double> DispatchQueue::WantsIn(SlotKey key, const SlotState& slot) const {
  if (slot.phase != Phase::kReady) return std::nullopt;
  // A free slot comes before a slot that holds a test back, which can also go on by being finished.
  if (slot.leases.empty()) return -2;
  const AgentState& agent = agents_.at(key.agent);
  const bool far = agent.round_trip_s >= options_.far_s;
  if (slot.leases.size() >= (far ? options_.leases_far : options_.leases_near)) return std::nullopt;
  if (slot.waits) return -1;
  double left_s = 0;
  size_t unreported = 0;
  bool collected = true;
  for (const uint64_t id : slot.leases) {
    const LeaseState& lease = leases_.at(id);
    left_s += LeftSeconds(lease);
    unreported += lease.unreported;
    collected = collected && lease.collected;
  }
  if (collected && unreported <= 1) return -1;
  if (left_s > options_.prefetch_s + 2 * agent.round_trip_s) return std::nullopt;
  return left_s;
}

void DispatchQueue::Touch(SlotKey key) {
  SlotState* const slot = slots_.Find(key);
  if (slot == nullptr) return;
  const AgentState& agent = agents_.at(key.agent);
  const std::optional<double> wants_in = WantsIn(key, *slot);
  const bool is_idle = wants_in.has_value() && *wants_in < 0;
  slots_.SetDismissed(key, is_idle && !agent.broken && (agent.draining || agent.set_aside));
  slots_.SetWants(key, slot, Available(key) ? wants_in : std::nullopt);
}

bool DispatchQueue::WorkersMayStart() const {
  return crashes_ <= static_cast<int64_t>(options_.max_replacements_per_slot) * static_cast<int64_t>(slots_.size());
}

bool DispatchQueue::IsOnlySlot(SlotKey key) const {
  const bool itself = slots_.at(key).phase == Phase::kReady;
  return slots_.Count(Phase::kReady) + slots_.Count(Phase::kStarting) == (itself ? 1u : 0u) && slots_.ended().empty();
}

std::optional<Work> DispatchQueue::TakeWorkFor(SlotKey key, const SlotState& slot) {
  Backlog::Taker taker;
  taker.worker = {key, slot.workers};
  taker.is_last_resort = IsOnlySlot(key);
  taker.is_single_slot = slots_.size() < 2;
  taker.is_held_up = HeldBackSeconds(slot) > options_.long_test_s;
  taker.module = slot.module;
  taker.package = slot.package;
  return backlog_.Take(taker);
}

void DispatchQueue::GrantTo(SlotKey key, Work work, std::vector<Action>* actions) {
  GrantLease grant;
  grant.slot = key;
  grant.lease.set_id(++last_lease_id_);
  *grant.lease.mutable_batch() = BatchOf(work, names_);
  SlotState& slot = slots_.at(key);
  slot.module = work.module;
  slot.package = work.package;
  LeaseState lease;
  lease.slot = key;
  lease.work = std::move(work);
  slot.leases.push_back(last_lease_id_);
  slot.waits = false;
  leases_.emplace(last_lease_id_, std::move(lease));
  steals_.in_vain = false;
  actions->push_back(std::move(grant));
}

void DispatchQueue::GrantToWanting(std::vector<Action>* actions) {
  // One to each before a second one to any.
  std::vector<SlotKey> served;
  for (auto it = slots_.wanting().begin(); it != slots_.wanting().end() && queued() > 0; ++it) {
    const auto [wants_in, key] = *it;
    // What slots that are about to be ready will want is not given to those that have something to run.
    const size_t keep = wants_in < 0 ? 0 : slots_.Count(Phase::kStarting);
    if (queued() <= keep) break;
    std::optional<Work> work = TakeWorkFor(key, slots_.at(key));
    // All that is left failed on this very worker.
    if (!work.has_value()) continue;
    const uint32_t unit = work->cost.unit;
    GrantTo(key, *std::move(work), actions);
    while (std::optional<Work> neighbour = backlog_.TakeNeighbour(unit)) GrantTo(key, *std::move(neighbour), actions);
    served.push_back(key);
  }
  for (const SlotKey key : served) Touch(key);
}

// New workers for slots that have ended, if the workers that are about to be ready won't do. Before the queue is sealed
// there may be work for all of them.
void DispatchQueue::Revive(std::vector<Action>* actions) {
  if (stopped_ || slots_.ended().empty() || !WorkersMayStart()) return;
  const std::set<SlotKey> ended = slots_.ended();
  for (const SlotKey key : ended) {
    if (sealed_ && queued() <= slots_.Count(Phase::kStarting)) return;
    if (!Available(key)) continue;
    ++slots_.at(key).workers;
    slots_.SetPhase(key, Phase::kStarting);
    actions->push_back(StartWorker{key});
  }
}

std::optional<DispatchQueue::Victim> DispatchQueue::FindVictim() const {
  std::optional<Victim> best;
  for (const auto& [key, slot] : slots_) {
    if (slot.phase != Phase::kReady || slot.leases.empty() || slot.waits || slot.revoke_pending) continue;
    if (!Available(key)) continue;
    double before_s = 0;
    for (size_t i = 0; i < slot.leases.size(); ++i) {
      const uint64_t id = slot.leases[i];
      const LeaseState& lease = leases_.at(id);
      const double left_s = LeftSeconds(lease);
      double gain_s = 0;
      uint32_t tests = 0;
      if (lease.exhausted) continue;
      if (i > 0 && !lease.collected && !lease.work.moved) {
        // Any worker pays its set-up. What counts is how long it would wait here.
        gain_s = std::min(before_s, left_s);
        tests = kAllTests;
      } else if (lease.collected && !lease.work.cost.indivisible && lease.unreported >= 3) {
        // One test runs, and one is held back. Half of the others.
        tests = static_cast<uint32_t>(std::min((lease.unreported + 1) / 2, lease.unreported - 2));
        gain_s = left_s * tests / static_cast<double>(lease.unreported) - lease.work.cost.setup_s;
      }
      before_s += left_s;
      if (gain_s < options_.min_steal_s || (best.has_value() && gain_s <= best->gain_s)) continue;
      best = Victim{key, RevokeLease{key, id, tests}, gain_s};
    }
  }
  return best;
}

bool DispatchQueue::Steal(std::vector<Action>* actions) {
  if (!options_.steal || steals_.in_vain || stopped_ || queued() > 0 || slots_.wanting().empty()) return false;
  while (steals_.pending < slots_.idle()) {
    const std::optional<Victim> victim = FindVictim();
    steals_.worthwhile = victim.has_value();
    steals_.in_vain = !steals_.worthwhile;
    if (steals_.in_vain) return false;
    leases_.at(victim->revoke.lease_id).revoked = true;
    slots_.at(victim->slot).revoke_pending = true;
    ++steals_.pending;
    actions->push_back(victim->revoke);
  }
  // Nobody is idle yet: will there be something for those who soon are? Once there was, it is asked again when one is.
  if (steals_.pending == 0 && !steals_.worthwhile) {
    steals_.worthwhile = FindVictim().has_value();
    steals_.in_vain = !steals_.worthwhile;
  }
  return !steals_.in_vain;
}

void DispatchQueue::FinishIdle(bool all, std::vector<Action>* actions) {
  std::vector<SlotKey> finished(slots_.dismissed().begin(), slots_.dismissed().end());
  if (stopped_ || (sealed_ && queued() == 0)) {
    // As many as wait for what was asked back are spared: those that want work most.
    const size_t thieves = stopped_ ? 0 : steals_.pending;
    const size_t candidates = all ? slots_.wanting().size() : slots_.idle();
    if (candidates > thieves) {
      auto it = std::next(slots_.wanting().begin(), static_cast<std::ptrdiff_t>(thieves));
      for (size_t i = thieves; i < candidates; ++i, ++it) finished.push_back(it->second);
    }
  }
  for (const SlotKey key : finished) {
    slots_.SetPhase(key, Phase::kFinishing);
    Touch(key);
    actions->push_back(FinishSlot{key});
  }
}

std::vector<Action> DispatchQueue::TakeActions() {
  std::vector<Action> actions;
  if (std::exchange(late_results_, false)) backlog_.RemoveDone([this](TestKey key) { return IsDone(key); });
  GrantToWanting(&actions);
  Revive(&actions);
  // Short batches go to a slot by twos.
  size_t before = 0;
  do {
    before = actions.size();
    GrantToWanting(&actions);
  } while (actions.size() > before);
  const bool more = Steal(&actions);
  FinishIdle(!more, &actions);
  return actions;
}

}  // namespace fastest::dispatch
