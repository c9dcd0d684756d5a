#include "coordinator/dispatch/dispatch_queue.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace fastest::dispatch {
namespace {

constexpr size_t kLeasesPerSlot = 2;

std::pair<std::string, uint32_t> KeyOf(const v1::TestRef& ref) { return {ref.node_id(), ref.index()}; }

}  // namespace

DispatchQueue::DispatchQueue(Options options) : options_(options) {}

void DispatchQueue::Add(v1::Batch batch, double predicted_s) {
  if (stopped_) {
    left_by_stop_.push_back(std::move(batch));
    return;
  }
  // Predictions come from a file that others write too.
  const double sane_s = std::isfinite(predicted_s) && predicted_s > 0 ? predicted_s : 0;
  queue_.push_back({std::move(batch), sane_s, /*deaths=*/0});
}

void DispatchQueue::Seal() { sealed_ = true; }

void DispatchQueue::SlotAdded(SlotKey slot) {
  SlotState& state = slots_[slot];
  if (state.phase != Phase::kStarting) state = SlotState();
}

void DispatchQueue::SlotReady(SlotKey slot) {
  auto it = slots_.find(slot);
  if (it != slots_.end() && it->second.phase == Phase::kStarting) it->second.phase = Phase::kReady;
}

void DispatchQueue::Collected(uint64_t lease_id, const std::vector<v1::TestRef>& tests) {
  auto it = leases_.find(lease_id);
  if (it == leases_.end() || it->second.tests.has_value()) return;
  LeaseState& lease = it->second;
  lease.tests = tests;
  for (const v1::TestRef& ref : tests) {
    if (lease.reported.try_emplace(KeyOf(ref), false).second) ++lease.unreported;
  }
}

bool DispatchQueue::ResultArrived(uint64_t lease_id, const v1::TestRef& ref) {
  auto it = leases_.find(lease_id);
  if (it == leases_.end()) return false;
  LeaseState& lease = it->second;
  auto [test, is_new] = lease.reported.try_emplace(KeyOf(ref), true);
  if (!is_new) {
    if (test->second) return false;
    test->second = true;
    --lease.unreported;
  }
  ++lease.results;
  SlotState& slot = slots_[lease.slot];
  slot.finished_a_test = true;
  slot.waits = false;
  return true;
}

void DispatchQueue::WorkerWaits(SlotKey slot) {
  auto it = slots_.find(slot);
  // With two leases its next one is already on the way.
  if (it != slots_.end() && it->second.leases.size() < kLeasesPerSlot) it->second.waits = true;
}

void DispatchQueue::LeaseDone(uint64_t lease_id) {
  auto it = leases_.find(lease_id);
  if (it == leases_.end()) return;
  std::vector<uint64_t>& leases = slots_[it->second.slot].leases;
  leases.erase(std::remove(leases.begin(), leases.end(), lease_id), leases.end());
  leases_.erase(it);
}

void DispatchQueue::WorkerGone(SlotKey key, bool replace) {
  auto it = slots_.find(key);
  if (it == slots_.end()) return;
  SlotState& slot = it->second;
  if (slot.phase == Phase::kEnded || slot.phase == Phase::kSetAside || slot.phase == Phase::kLost) return;

  const bool crashed = replace && (slot.phase != Phase::kFinishing || !slot.leases.empty());
  if (crashed) ++crashes_;
  if (slot.finished_a_test) slot.barren_workers = 0;
  const bool batch_is_blamed = HandBack(&slot, crashed);
  if (crashed && !slot.finished_a_test && !batch_is_blamed) ++slot.barren_workers;
  slot.finished_a_test = false;
  slot.waits = false;
  if (!replace) {
    slot.phase = Phase::kLost;
  } else if (crashed && (slot.barren_workers >= options_.max_barren_workers || !WorkersMayStart())) {
    slot.phase = Phase::kSetAside;
  } else {
    slot.phase = Phase::kEnded;
  }
}

std::optional<DispatchQueue::Work> DispatchQueue::Rest(LeaseState lease) {
  Work work = std::move(lease.work);
  if (lease.results > 0) work.deaths = 0;
  if (!lease.tests.has_value()) return work;
  if (lease.unreported == 0) return std::nullopt;
  work.predicted_s *= static_cast<double>(lease.unreported) / static_cast<double>(lease.reported.size());
  work.batch.clear_tests();
  work.batch.clear_boundaries();
  work.batch.clear_part();
  for (v1::TestRef& ref : *lease.tests) {
    bool& reported = lease.reported[KeyOf(ref)];
    if (!reported) *work.batch.add_tests() = std::move(ref);
    reported = true;  // A ref that stands twice is one test.
  }
  return work;
}

bool DispatchQueue::HandBack(SlotState* slot, bool by_crash) {
  // The lease over which the worker died, if it had none of its results: the first one, or the second if the worker had begun to
  // collect it, which it does when all it has of the first is the test that it holds back.
  size_t suspect = 0;
  if (slot->leases.size() == kLeasesPerSlot) {
    const LeaseState& first = leases_.at(slot->leases[0]);
    const LeaseState& second = leases_.at(slot->leases[1]);
    if (first.tests.has_value() && first.unreported <= 1 && !second.tests.has_value()) suspect = 1;
  }
  std::vector<Work> left;
  bool gave_up = false;
  for (size_t i = 0; i < slot->leases.size(); ++i) {
    const auto it = leases_.find(slot->leases[i]);
    const bool barren = it->second.results == 0;
    std::optional<Work> work = Rest(std::move(it->second));
    leases_.erase(it);
    if (!work.has_value()) continue;
    if (by_crash && barren && i == suspect) ++work->deaths;
    if (stopped_) {
      left_by_stop_.push_back(std::move(work->batch));
    } else if (by_crash && work->deaths >= options_.max_batch_deaths) {
      given_up_.push_back(std::move(work->batch));
      gave_up = true;
    } else {
      left.push_back(*std::move(work));
    }
  }
  slot->leases.clear();
  queue_.insert(queue_.begin(), std::make_move_iterator(left.begin()), std::make_move_iterator(left.end()));
  return gave_up;
}

void DispatchQueue::Stop() {
  stopped_ = true;
  for (Work& work : queue_) left_by_stop_.push_back(std::move(work.batch));
  queue_.clear();
}

std::optional<double> DispatchQueue::WantsIn(const SlotState& slot) const {
  if (slot.phase != Phase::kReady || slot.leases.size() >= kLeasesPerSlot) return std::nullopt;
  // A free slot comes before one with a test to hold back: the latter can also go on by being finished.
  if (slot.leases.empty()) return -2;
  if (slot.waits) return -1;
  const LeaseState& lease = leases_.at(slot.leases[0]);
  double left_s = lease.work.predicted_s;
  if (lease.tests.has_value()) {
    if (lease.unreported <= 1) return -1;
    left_s *= static_cast<double>(lease.unreported) / static_cast<double>(lease.reported.size());
  }
  if (left_s > options_.prefetch_s) return std::nullopt;
  return left_s;
}

double DispatchQueue::HeldBackSeconds(const SlotState& slot) const {
  if (slot.leases.empty()) return 0;
  const LeaseState& lease = leases_.at(slot.leases.back());
  if (!lease.tests.has_value() || lease.unreported != 1) return 0;
  return lease.work.predicted_s / static_cast<double>(lease.reported.size());
}

std::vector<std::pair<double, SlotKey>> DispatchQueue::Wanting() const {
  std::vector<std::pair<double, SlotKey>> wanting;
  for (const auto& [key, slot] : slots_) {
    if (const std::optional<double> wants_in = WantsIn(slot)) wanting.emplace_back(*wants_in, key);
  }
  std::sort(wanting.begin(), wanting.end());
  return wanting;
}

bool DispatchQueue::WorkersMayStart() const {
  return crashes_ <= static_cast<int64_t>(options_.max_replacements_per_slot) * static_cast<int64_t>(slots_.size());
}

size_t DispatchQueue::Count(Phase phase) const {
  return std::count_if(slots_.begin(), slots_.end(), [&](const auto& slot) { return slot.second.phase == phase; });
}

void DispatchQueue::GrantOneTo(SlotKey key, std::vector<Action>* actions) {
  LeaseState lease;
  lease.slot = key;
  if (HeldBackSeconds(slots_[key]) > options_.long_test_s) {
    lease.work = std::move(queue_.back());
    queue_.pop_back();
  } else {
    lease.work = std::move(queue_.front());
    queue_.pop_front();
  }
  GrantLease grant;
  grant.slot = key;
  grant.lease.set_id(++last_lease_id_);
  *grant.lease.mutable_batch() = lease.work.batch;
  SlotState& slot = slots_[key];
  slot.leases.push_back(last_lease_id_);
  slot.waits = false;
  leases_.emplace(last_lease_id_, std::move(lease));
  actions->push_back(std::move(grant));
}

void DispatchQueue::GrantToWanting(std::vector<Action>* actions) {
  for (const auto& [wants_in, key] : Wanting()) {
    // What slots that are about to be ready will want is not given to those that have something to run.
    const size_t keep = wants_in < 0 ? 0 : Count(Phase::kStarting);
    if (queue_.size() <= keep) return;
    GrantOneTo(key, actions);
  }
}

// New workers for slots that have ended, if the workers that are about to be ready won't do. Before the queue is sealed
// there may be work for all of them.
void DispatchQueue::Revive(std::vector<Action>* actions) {
  if (stopped_ || !WorkersMayStart()) return;
  size_t starting = Count(Phase::kStarting);
  for (auto& [key, slot] : slots_) {
    if (slot.phase != Phase::kEnded || (sealed_ && queue_.size() <= starting)) continue;
    slot.phase = Phase::kStarting;
    ++starting;
    actions->push_back(StartWorker{key});
  }
}

std::vector<Action> DispatchQueue::TakeActions() {
  std::vector<Action> actions;
  GrantToWanting(&actions);
  Revive(&actions);
  // Short batches go to a slot by twos.
  GrantToWanting(&actions);
  if (!stopped_ && !(sealed_ && queue_.empty())) return actions;
  for (const auto& [wants_in, key] : Wanting()) {
    slots_[key].phase = Phase::kFinishing;
    actions.push_back(FinishSlot{key});
  }
  return actions;
}

bool DispatchQueue::Finished() const {
  if (Count(Phase::kStarting) + Count(Phase::kReady) + Count(Phase::kFinishing) > 0) return false;
  if (stopped_ || (sealed_ && queue_.empty())) return true;
  // Work is left, or may still come: is there, or was there ever, anybody for it?
  return !slots_.empty() && (Count(Phase::kEnded) == 0 || !WorkersMayStart());
}

std::vector<v1::Batch> DispatchQueue::GivenUp() const {
  std::vector<v1::Batch> batches = given_up_;
  if (Finished()) {
    for (const Work& work : queue_) batches.push_back(work.batch);
  }
  return batches;
}

std::vector<v1::Batch> DispatchQueue::LeftByStop() const {
  std::vector<v1::Batch> batches = left_by_stop_;
  if (!stopped_) return batches;
  std::map<uint64_t, const LeaseState*> open;
  for (const auto& [id, lease] : leases_) open[id] = &lease;
  for (const auto& [id, lease] : open) {
    if (std::optional<Work> work = Rest(*lease)) batches.push_back(std::move(work->batch));
  }
  return batches;
}

std::vector<SlotKey> DispatchQueue::SetAside() const {
  std::vector<SlotKey> keys;
  for (const auto& [key, slot] : slots_) {
    if (slot.phase == Phase::kSetAside) keys.push_back(key);
  }
  return keys;
}

}  // namespace fastest::dispatch
