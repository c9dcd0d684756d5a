#include "coordinator/dispatch/dispatch_queue.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace fastest::dispatch {

void DispatchQueue::Add(const v1::Batch& batch, const Cost& cost) {
  Work work = WorkOf(batch, cost, &names_);
  if (stopped_) {
    left_by_stop_.push_back(std::move(work));
  } else {
    backlog_.Add(std::move(work));
  }
}

void DispatchQueue::Seal() { sealed_ = true; }

// Slots.

void DispatchQueue::SlotAdded(SlotKey key) {
  AgentState& agent = AgentOf(key.agent);
  if (agent.lost) return;
  agent.slots.insert(key.slot);
  if (slots_.Add(key)) return;
  SlotState& slot = slots_.at(key);
  if (slot.phase == Phase::kStarting) return;
  const uint32_t workers = slot.workers + 1;
  const Phase phase = slot.phase;
  slot = SlotState();
  slot.phase = phase;
  slot.workers = workers;
  slots_.SetPhase(key, Phase::kStarting);
}

void DispatchQueue::SlotReady(SlotKey key) {
  const SlotState* const slot = slots_.Find(key);
  if (slot == nullptr || slot->phase != Phase::kStarting) return;
  slots_.SetPhase(key, Phase::kReady);
  Touch(key);
}

void DispatchQueue::WorkerWaits(SlotKey key) {
  SlotState* const slot = slots_.Find(key);
  // With more leases its next one is already on the way.
  if (slot == nullptr || slot->leases.size() > 1) return;
  slot->waits = true;
  Touch(key);
}

// Tests.

LeaseState* DispatchQueue::BeginCollected(uint64_t lease_id) {
  const auto it = leases_.find(lease_id);
  if (it == leases_.end() || it->second.collected) return nullptr;
  it->second.collected = true;
  steals_.in_vain = false;
  return &it->second;
}

void DispatchQueue::Enter(uint64_t lease_id, LeaseState* lease, TestKey key) {
  TestState& test = tests_[key];
  lease->tests.push_back(key);
  if (test.done || (test.lease != 0 && leases_.contains(test.lease))) return;
  test.lease = lease_id;
  ++lease->unreported;
}

void DispatchQueue::MarkNoRetry(const LeaseState& lease, uint32_t position) {
  if (position < lease.tests.size()) tests_[lease.tests[position]].no_retry = true;
}

void DispatchQueue::TestStarted(uint64_t lease_id, const v1::TestRef& ref) {
  const auto it = leases_.find(lease_id);
  if (it == leases_.end()) return;
  it->second.running = KeyOf(ref, &names_);
  SlotState& slot = slots_.at(it->second.slot);
  if (!slot.waits) return;
  slot.waits = steals_.in_vain = false;
  Touch(it->second.slot);
}

Verdict DispatchQueue::ResultArrived(uint64_t lease_id, const v1::TestRef& ref, bool failed, bool crashed,
                                     bool may_retry) {
  Verdict verdict;
  const auto lease = leases_.find(lease_id);
  const bool late = lease == leases_.end();
  if (late && !lost_leases_.contains(lease_id)) return verdict;
  const TestKey key = KeyOf(ref, &names_);
  if (late && !tests_.contains(key)) return verdict;
  TestState& test = tests_[key];
  if (!late && lease->second.running == key) lease->second.running.reset();
  if (!late) {
    SlotState& slot = slots_.at(lease->second.slot);
    slot.finished_a_test = true;
    slot.waits = false;
    AgentState& agent = agents_[lease->second.slot.agent];
    if (!crashed) {
      agent.deaths_in_a_row = 0;
      agent.finished_a_test = true;
    }
  }
  if (!test.done && !(test.failures > 0 && failed_attempts_.contains({lease_id, key}))) {
    verdict.counts = true;
    verdict.attempt = 1 + test.failures;
    verdict.last = !failed || !may_retry || test.no_retry || stopped_ || test.failures >= options_.retries;
    const auto owner = leases_.find(test.lease);
    const bool owned = test.lease != 0 && owner != leases_.end();
    // Nobody has it any more: it was lost too often and given up.
    if (late && !owned && test.losses > options_.max_losses) verdict.last = true;
    if (owned && test.lease != lease_id && !verdict.last) {
      // Late news of a failure, while it is being run again anyway: that attempt is the next.
      verdict.last = false;
      ++test.failures;
      failed_attempts_.insert({lease_id, key});
    } else {
      if (owned) {
        --owner->second.unreported;
        Touch(owner->second.slot);
      }
      if (late || test.lease != lease_id) late_results_ = true;
      const bool was_queued = late && !owned;
      test.lease = 0;
      if (verdict.last) {
        test.done = true;
      } else {
        ++test.failures;
        failed_attempts_.insert({lease_id, key});
        // What an agent that was lost had of it stands in the queue already.
        if (!was_queued) Retry(key, lease->second);
      }
    }
  }
  if (!late) {
    if (verdict.counts) ++lease->second.results;
    Touch(lease->second.slot);
  }
  return verdict;
}

void DispatchQueue::Retry(TestKey key, const LeaseState& lease) {
  Work work;
  work.module = lease.work.module;
  work.tests = {key};
  const double tests = static_cast<double>(std::max<size_t>(1, lease.tests.size()));
  work.cost = {lease.work.cost.predicted_s / tests, lease.work.cost.setup_s, false};
  PutElsewhere(lease.slot, std::move(work));
}

void DispatchQueue::PutElsewhere(SlotKey from, Work work) {
  if (stopped_) {
    left_by_stop_.push_back(std::move(work));
    return;
  }
  work.moved = true;
  backlog_.PutElsewhere({from, slots_.at(from).workers}, std::move(work));
}

void DispatchQueue::Returned(uint64_t lease_id, const std::vector<v1::TestRef>& tests, bool whole) {
  const auto it = leases_.find(lease_id);
  if (it == leases_.end() || !it->second.revoked) return;
  LeaseState& lease = it->second;
  const SlotKey key = lease.slot;
  SlotState& slot = slots_.at(key);
  lease.revoked = slot.revoke_pending = false;
  --steals_.pending;
  steals_.in_vain = false;
  std::optional<Work> back;
  if (whole && !lease.collected) {
    back = std::move(lease.work);
    CloseLease(lease_id);
  } else if (!tests.empty()) {
    absl::flat_hash_set<TestKey> given;
    for (const v1::TestRef& ref : tests) {
      const TestKey test = KeyOf(ref, &names_);
      TestState& state = tests_[test];
      if (state.lease != lease_id || state.done) continue;
      state.lease = 0;
      given.insert(test);
    }
    if (!given.empty()) {
      Work work;
      work.module = lease.work.module;
      for (const TestKey test : lease.tests) {
        if (given.contains(test)) work.tests.push_back(test);
      }
      const double share = static_cast<double>(given.size()) / static_cast<double>(lease.tests.size());
      work.cost = {lease.work.cost.predicted_s * share + lease.work.cost.setup_s, lease.work.cost.setup_s, false};
      lease.work.cost.predicted_s *= 1 - share;
      lease.unreported -= given.size();
      lease.tests.erase(
          std::remove_if(lease.tests.begin(), lease.tests.end(), [&](TestKey t) { return given.contains(t); }),
          lease.tests.end());
      back = std::move(work);
    }
  }
  if (!back.has_value()) {
    lease.exhausted = true;
  } else {
    ++steals_.done;
    PutElsewhere(key, *std::move(back));
  }
  Touch(key);
}

void DispatchQueue::CloseLease(uint64_t lease_id) {
  const auto it = leases_.find(lease_id);
  if (it == leases_.end()) return;
  SlotState& slot = slots_.at(it->second.slot);
  slot.leases.erase(std::remove(slot.leases.begin(), slot.leases.end(), lease_id), slot.leases.end());
  if (it->second.revoked) {
    steals_.in_vain = false;
    slot.revoke_pending = false;
    --steals_.pending;
  }
  leases_.erase(it);
}

void DispatchQueue::LeaseDone(uint64_t lease_id) {
  const auto it = leases_.find(lease_id);
  if (it == leases_.end()) return;
  const SlotKey key = it->second.slot;
  CloseLease(lease_id);
  Touch(key);
}

// Losses.

std::optional<Work> DispatchQueue::Rest(uint64_t lease_id, const LeaseState& lease) const {
  Work work = lease.work;
  if (lease.results > 0) work.deaths = work.losses = 0;
  if (!lease.collected) return work;
  work.tests.clear();
  work.boundaries.clear();
  work.part = 0;
  absl::flat_hash_set<TestKey> seen;
  for (const TestKey key : lease.tests) {
    const TestState& test = tests_.at(key);
    // A ref that stands twice is one test.
    if (test.lease == lease_id && !test.done && seen.insert(key).second) work.tests.push_back(key);
  }
  if (work.tests.empty()) return std::nullopt;
  work.cost.predicted_s *= static_cast<double>(work.tests.size()) / static_cast<double>(lease.tests.size());
  return work;
}

// The lease over which the worker died, if that had no result: the first one, or the next if the worker had begun to
// collect the next. A worker does that when all that it has of the first is the test that it holds back.
size_t DispatchQueue::Suspect(const SlotState& slot) const {
  size_t suspect = 0;
  while (suspect + 1 < slot.leases.size()) {
    const LeaseState& lease = leases_.at(slot.leases[suspect]);
    const LeaseState& next = leases_.at(slot.leases[suspect + 1]);
    if (!lease.collected || lease.unreported > 1 || next.collected) break;
    ++suspect;
  }
  return suspect;
}

bool DispatchQueue::HandBack(SlotState* slot, bool by_crash) {
  const size_t suspect = Suspect(*slot);
  std::vector<Work> left;
  bool gave_up = false;
  const std::vector<uint64_t> ids = slot->leases;
  for (size_t i = 0; i < ids.size(); ++i) {
    const LeaseState& lease = leases_.at(ids[i]);
    std::optional<Work> work = Rest(ids[i], lease);
    const bool barren = lease.results == 0;
    CloseLease(ids[i]);
    if (!work.has_value()) continue;
    for (const TestKey key : work->tests) tests_[key].lease = 0;
    if (by_crash && barren && i == suspect) ++work->deaths;
    if (stopped_) {
      left_by_stop_.push_back(*std::move(work));
    } else if (by_crash && work->deaths >= options_.max_batch_deaths) {
      given_up_.emplace_back(*std::move(work), "");
      gave_up = true;
    } else {
      left.push_back(*std::move(work));
    }
  }
  PutFirst(std::move(left));
  return gave_up;
}

void DispatchQueue::PutFirst(std::vector<Work> left) {
  if (!stopped_) {
    backlog_.PutFirst(std::move(left));
    return;
  }
  for (Work& work : left) left_by_stop_.push_back(std::move(work));
}

void DispatchQueue::WorkerGone(SlotKey key, bool replace) {
  SlotState* const found = slots_.Find(key);
  if (found == nullptr) return;
  SlotState& slot = *found;
  if (slot.phase == Phase::kEnded || slot.phase == Phase::kSetAside || slot.phase == Phase::kLost) return;
  AgentState& agent = agents_[key.agent];
  const bool crashed = replace && !agent.draining && (slot.phase != Phase::kFinishing || !slot.leases.empty());
  if (crashed) ++crashes_;
  if (slot.finished_a_test) slot.barren_workers = 0;
  const bool batch_is_blamed = HandBack(&slot, crashed);
  if (crashed && !slot.finished_a_test && !batch_is_blamed) ++slot.barren_workers;
  if (crashed && !batch_is_blamed) ++agent.deaths_in_a_row;
  slot.finished_a_test = false;
  slot.waits = false;
  if (!replace || agent.draining) {
    slots_.SetPhase(key, Phase::kLost);
  } else if (agent.set_aside ||
             (crashed && (slot.barren_workers >= options_.max_barren_workers || !WorkersMayStart()))) {
    slots_.SetPhase(key, Phase::kSetAside);
  } else {
    slots_.SetPhase(key, Phase::kEnded);
  }
  Touch(key);
  if (crashed) SetAsideIfHopeless(key.agent);
}

void DispatchQueue::Stop() {
  stopped_ = true;
  for (Work& work : backlog_.TakeAll()) left_by_stop_.push_back(std::move(work));
}

// Answers.

bool DispatchQueue::Finished() const {
  if (slots_.Count(Phase::kStarting) + slots_.Count(Phase::kReady) + slots_.Count(Phase::kFinishing) > 0) return false;
  if (stopped_ || (sealed_ && queued() == 0)) return true;
  // Work is left, or may still come: is there, or was there ever, anybody for it?
  return !slots_.empty() && (slots_.ended().empty() || !WorkersMayStart());
}

bool DispatchQueue::Stranded() const { return Finished() && !stopped_ && queued() > 0; }

bool DispatchQueue::OnlyWorkersLeft() const { return leases_.empty() && (stopped_ || (sealed_ && queued() == 0)); }

std::vector<SlotKey> DispatchQueue::Unneeded() const {
  std::vector<SlotKey> keys;
  for (const auto& [key, slot] : slots_) {
    const bool ends = slot.phase == Phase::kReady || slot.phase == Phase::kFinishing;
    if (slot.phase == Phase::kStarting || (ends && agents_.at(key.agent).broken)) keys.push_back(key);
  }
  return keys;
}

bool DispatchQueue::IsDone(TestKey key) const {
  const auto test = tests_.find(key);
  return test != tests_.end() && test->second.done;
}

// Some of its tests may have their results by now: from an agent that came back, or from another part.
std::optional<v1::Batch> DispatchQueue::WithoutResults(const Work& work) const {
  Work left = work;
  const auto is_done = [this](TestKey key) { return IsDone(key); };
  left.tests.erase(std::remove_if(left.tests.begin(), left.tests.end(), is_done), left.tests.end());
  if (left.tests.empty() && !work.tests.empty()) return std::nullopt;
  return BatchOf(left, names_);
}

std::vector<Left> DispatchQueue::GivenUp() const {
  std::vector<Left> left;
  const auto add = [&](const Work& work, const std::string& why) {
    if (std::optional<v1::Batch> batch = WithoutResults(work)) left.push_back({*std::move(batch), why});
  };
  for (const auto& [work, why] : given_up_) add(work, why);
  if (Finished()) {
    for (const Work* work : backlog_.All()) add(*work, "");
  }
  return left;
}

std::vector<v1::Batch> DispatchQueue::LeftByStop() const {
  std::vector<v1::Batch> batches;
  const auto add = [&](const Work& work) {
    if (std::optional<v1::Batch> batch = WithoutResults(work)) batches.push_back(*std::move(batch));
  };
  for (const Work& work : left_by_stop_) add(work);
  if (!stopped_) return batches;
  std::map<uint64_t, const LeaseState*> open;
  for (const auto& [id, lease] : leases_) open[id] = &lease;
  for (const auto& [id, lease] : open) {
    if (const std::optional<Work> work = Rest(id, *lease)) add(*work);
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
