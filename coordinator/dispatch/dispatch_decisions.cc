// What the queue decides: grants, new workers, steals, ends.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

#include "coordinator/dispatch/dispatch_queue.h"

namespace fastest::dispatch {
namespace {

constexpr uint32_t kAllTests = std::numeric_limits<uint32_t>::max();

// A warm batch goes before a longer one, if it is among the next few and not much shorter: that longest come first matters more.
constexpr std::ptrdiff_t kWarmReach = 16;
constexpr double kAsLong = 0.8;

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
  // A free slot comes before one with a test to hold back: the latter can also go on by being finished.
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
  const auto it = slots_.find(key);
  if (it == slots_.end()) return;
  SlotState& slot = it->second;
  const AgentState& agent = agents_.at(key.agent);
  const std::optional<double> wants_in = WantsIn(key, slot);
  const bool dismissed = wants_in.has_value() && *wants_in < 0 && !agent.broken && (agent.draining || agent.set_aside);
  if (dismissed) {
    dismissed_.insert(key);
  } else {
    dismissed_.erase(key);
  }
  const std::optional<double> place = Available(key) ? wants_in : std::nullopt;
  if (place == slot.wants_in) return;
  if (slot.wants_in.has_value()) {
    wanting_.erase({*slot.wants_in, key});
    if (*slot.wants_in < 0) --idle_;
  }
  if (place.has_value()) {
    wanting_.insert({*place, key});
    if (*place < 0) ++idle_;
  }
  slot.wants_in = place;
}

bool DispatchQueue::WorkersMayStart() const {
  return crashes_ <= static_cast<int64_t>(options_.max_replacements_per_slot) * static_cast<int64_t>(slots_.size());
}

bool DispatchQueue::IsOnlySlot(SlotKey key) const {
  const bool itself = slots_.at(key).phase == Phase::kReady;
  return Count(Phase::kReady) + Count(Phase::kStarting) == (itself ? 1u : 0u) && ended_.empty();
}

std::optional<Work> DispatchQueue::TakeWorkFor(SlotKey key, const SlotState& slot) {
  const Worker self(key, slot.workers);
  auto from = elsewhere_.begin();
  if (from != elsewhere_.end() && from->first == self && !IsOnlySlot(key)) ++from;
  if (from != elsewhere_.end()) {
    Work work = std::move(from->second.front());
    from->second.pop_front();
    if (from->second.empty()) elsewhere_.erase(from);
    --elsewhere_size_;
    return work;
  }
  if (queue_.empty()) return std::nullopt;
  // A single slot runs all of it, in the order in which it stands: the longest wait changes nothing there.
  if (slots_.size() > 1 && HeldBackSeconds(slot) > options_.long_test_s) {
    Work work = std::move(queue_.back());
    queue_.pop_back();
    return work;
  }
  const auto warmest = WarmestFor(slot);
  Work work = std::move(*warmest);
  queue_.erase(warmest);
  return work;
}

std::deque<Work>::iterator DispatchQueue::WarmestFor(const SlotState& slot) {
  const auto first = queue_.begin();
  // A single slot runs all of it, in the order in which it stands.
  if (!slot.module.has_value() || slots_.size() < 2) return first;
  auto warmest = first;
  const auto end = first + std::min<std::ptrdiff_t>(kWarmReach, static_cast<std::ptrdiff_t>(queue_.size()));
  for (auto it = first; it != end && it->cost.predicted_s >= kAsLong * first->cost.predicted_s; ++it) {
    // A unit is taken from its beginning.
    if (it != first && it->cost.unit != 0 && std::prev(it)->cost.unit == it->cost.unit) continue;
    const auto next = std::next(it);
    if (it != first && it->cost.unit != 0 && next != queue_.end() && next->cost.unit == it->cost.unit) continue;
    if (it->module == *slot.module) return it;
    if (it->package == slot.package && warmest->package != slot.package) warmest = it;
  }
  return warmest;
}

void DispatchQueue::GrantTo(SlotKey key, Work work, std::vector<Action>* actions) {
  GrantLease grant;
  grant.slot = key;
  grant.lease.set_id(++last_lease_id_);
  *grant.lease.mutable_batch() = BatchOf(work, names_);
  SlotState& slot = slots_[key];
  slot.module = work.module;
  slot.package = work.package;
  LeaseState lease;
  lease.slot = key;
  lease.work = std::move(work);
  slot.leases.push_back(last_lease_id_);
  slot.waits = false;
  leases_.emplace(last_lease_id_, std::move(lease));
  nothing_to_steal_ = false;
  actions->push_back(std::move(grant));
}

void DispatchQueue::GrantToWanting(std::vector<Action>* actions) {
  // One to each before a second one to any.
  std::vector<SlotKey> served;
  for (auto it = wanting_.begin(); it != wanting_.end() && queued() > 0; ++it) {
    const auto [wants_in, key] = *it;
    // What slots that are about to be ready will want is not given to those that have something to run.
    const size_t keep = wants_in < 0 ? 0 : Count(Phase::kStarting);
    if (queued() <= keep) break;
    std::optional<Work> work = TakeWorkFor(key, slots_[key]);
    // All that is left failed on this very worker.
    if (!work.has_value()) continue;
    const uint32_t unit = work->cost.unit;
    GrantTo(key, *std::move(work), actions);
    while (unit != 0 && !queue_.empty() && queue_.front().cost.unit == unit) {
      Work next = std::move(queue_.front());
      queue_.pop_front();
      GrantTo(key, std::move(next), actions);
    }
    served.push_back(key);
  }
  for (const SlotKey key : served) Touch(key);
}

// New workers for slots that have ended, if the workers that are about to be ready won't do. Before the queue is sealed
// there may be work for all of them.
void DispatchQueue::Revive(std::vector<Action>* actions) {
  if (stopped_ || ended_.empty() || !WorkersMayStart()) return;
  const std::set<SlotKey> ended = ended_;
  for (const SlotKey key : ended) {
    if (sealed_ && queued() <= Count(Phase::kStarting)) return;
    if (!Available(key)) continue;
    SlotState& slot = slots_[key];
    ++slot.workers;
    SetPhase(key, &slot, Phase::kStarting);
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
        // Whoever runs it pays its set-up: what counts is how long it would wait here.
        gain_s = std::min(before_s, left_s);
        tests = kAllTests;
      } else if (lease.collected && !lease.work.cost.indivisible && lease.unreported >= 3) {
        // One runs and one is held back; of the others, half.
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
  if (!options_.steal || nothing_to_steal_ || stopped_ || queued() > 0 || wanting_.empty()) return false;
  while (pending_revokes_ < idle_) {
    const std::optional<Victim> victim = FindVictim();
    worth_stealing_ = victim.has_value();
    nothing_to_steal_ = !worth_stealing_;
    if (nothing_to_steal_) return false;
    leases_.at(victim->revoke.lease_id).revoked = true;
    slots_.at(victim->slot).revoke_pending = true;
    ++pending_revokes_;
    actions->push_back(victim->revoke);
  }
  // Nobody is idle yet: will there be something for those who soon are? Once there was, it is asked again when one is.
  if (pending_revokes_ == 0 && !worth_stealing_) {
    worth_stealing_ = FindVictim().has_value();
    nothing_to_steal_ = !worth_stealing_;
  }
  return !nothing_to_steal_;
}

void DispatchQueue::FinishIdle(bool all, std::vector<Action>* actions) {
  std::vector<SlotKey> finished(dismissed_.begin(), dismissed_.end());
  if (stopped_ || (sealed_ && queued() == 0)) {
    // As many as wait for what was asked back are spared: those that want work most.
    const size_t thieves = stopped_ ? 0 : pending_revokes_;
    const size_t candidates = all ? wanting_.size() : idle_;
    if (candidates > thieves) {
      auto it = std::next(wanting_.begin(), static_cast<std::ptrdiff_t>(thieves));
      for (size_t i = thieves; i < candidates; ++i, ++it) finished.push_back(it->second);
    }
  }
  for (const SlotKey key : finished) {
    SetPhase(key, &slots_[key], Phase::kFinishing);
    Touch(key);
    actions->push_back(FinishSlot{key});
  }
}

// Takes out of the queue what has its result already.
void DispatchQueue::DropDone() {
  late_results_ = false;
  const auto done = [&](TestKey key) {
    const auto test = tests_.find(key);
    return test != tests_.end() && test->second.done;
  };
  const auto prune = [&](std::deque<Work>* works) {
    for (Work& work : *works) {
      if (work.tests.empty()) continue;
      work.tests.erase(std::remove_if(work.tests.begin(), work.tests.end(), done), work.tests.end());
      // Not to be mistaken for a batch that names none because it is to be collected.
      if (work.tests.empty()) work.part = kAllTests;
    }
    works->erase(std::remove_if(works->begin(), works->end(),
                                [](const Work& work) { return work.tests.empty() && work.part == kAllTests; }),
                 works->end());
  };
  prune(&queue_);
  elsewhere_size_ = 0;
  for (auto it = elsewhere_.begin(); it != elsewhere_.end();) {
    prune(&it->second);
    elsewhere_size_ += it->second.size();
    it = it->second.empty() ? elsewhere_.erase(it) : std::next(it);
  }
}

std::vector<Action> DispatchQueue::TakeActions() {
  std::vector<Action> actions;
  if (late_results_) DropDone();
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
