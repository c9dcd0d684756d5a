// Agents as the dispatch queue sees them: which are there, which are lost, and what becomes of the tests of a lost one.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "coordinator/dispatch/dispatch_queue.h"

namespace fastest::dispatch {
namespace {

std::string ClockTime(double now) {
  return absl::FormatTime("%H:%M:%S", absl::FromUnixMicros(static_cast<int64_t>(now * 1e6)), absl::LocalTimeZone());
}

}  // namespace

AgentState& DispatchQueue::AgentOf(int agent) {
  AgentState& state = agents_[agent];
  if (state.name.empty()) state.name = absl::StrCat("agent ", agent);
  return state;
}

void DispatchQueue::TouchAll(int agent, const AgentState& state) {
  for (const uint32_t slot : state.slots) Touch({agent, slot});
}

void DispatchQueue::AgentJoined(int agent, const std::string& name, double now) {
  AgentState& state = AgentOf(agent);
  if (!name.empty()) state.name = name;
  heartbeats_.Watch(agent, now);
}

void DispatchQueue::AgentRoundTrip(int agent, double seconds) {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || !(seconds >= 0)) return;
  it->second.round_trip_s = seconds;
  TouchAll(agent, it->second);
}

void DispatchQueue::AgentBroken(int agent) {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  it->second.broken = true;
  TouchAll(agent, it->second);
}

void DispatchQueue::AgentResumed(int agent, double now) {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || it->second.lost) return;
  it->second.broken = steals_.in_vain = false;
  heartbeats_.Heard(agent, now);
  TouchAll(agent, it->second);
}

void DispatchQueue::AgentDraining(int agent) {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  it->second.draining = true;
  for (const uint32_t slot : it->second.slots) {
    const SlotKey key{agent, slot};
    if (slots_.at(key).phase == Phase::kEnded) slots_.SetPhase(key, Phase::kLost);
    Touch(key);
  }
}

void DispatchQueue::AgentLost(int agent, const std::string& why, double now) {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || it->second.lost) return;
  AgentState& state = it->second;
  state.lost = true;
  heartbeats_.Forget(agent);
  const std::string loss =
      absl::StrCat(state.name, " was lost at ", ClockTime(now), why.empty() ? "" : absl::StrCat(" (", why, ")"));
  for (const uint32_t number : state.slots) {
    const SlotKey key{agent, number};
    SlotState& slot = slots_.at(key);
    HandBackLost(&slot, loss);
    if (slot.revoke_pending) --steals_.pending;
    slot.revoke_pending = slot.waits = false;
    slots_.SetPhase(key, Phase::kLost);
    Touch(key);
  }
}

std::vector<int> DispatchQueue::Tick(double now) {
  std::vector<int> lost;
  heartbeats_.Tick(now);
  while (const std::optional<int> agent = heartbeats_.TakeSilent(now)) {
    AgentLost(*agent, absl::StrCat("not heard of for ", options_.lease_s, " s"), now);
    lost.push_back(*agent);
  }
  return lost;
}

void DispatchQueue::SessionBroke(SlotKey key, const std::string& why) {
  if (SlotState* const slot = slots_.Find(key); slot != nullptr) HandBackLost(slot, why);
}

void DispatchQueue::HandBackLost(SlotState* slot, const std::string& loss) {
  const size_t suspect = Suspect(*slot);
  std::vector<Work> left;
  const std::vector<uint64_t> ids = slot->leases;
  for (size_t i = 0; i < ids.size(); ++i) {
    const LeaseState& lease = leases_.at(ids[i]);
    std::optional<Work> work = Rest(ids[i], lease);
    const std::optional<TestKey> running = lease.running;
    const bool collected = lease.collected;
    lost_leases_.insert(ids[i]);
    CloseLease(ids[i]);
    if (!work.has_value()) continue;
    for (const TestKey key : work->tests) tests_[key].lease = 0;
    if (stopped_) {
      left_by_stop_.push_back(*std::move(work));
      continue;
    }
    if (!collected && i == suspect && ++work->losses > options_.max_losses) {
      given_up_.emplace_back(*std::move(work), absl::StrCat("lost while it was collected; ", loss));
      continue;
    }
    const auto victim =
        running.has_value() ? std::find(work->tests.begin(), work->tests.end(), *running) : work->tests.end();
    if (victim != work->tests.end()) {
      TestState& test = tests_[*running];
      std::string& history = loss_history_[*running];
      absl::StrAppend(&history, history.empty() ? "" : "; ", loss);
      if (test.no_retry || ++test.losses > options_.max_losses) {
        Work given_up;
        given_up.module = work->module;
        given_up.tests = {*running};
        work->tests.erase(victim);
        const std::string why = test.no_retry ? " and the test is marked no_retry" : "";
        given_up_.emplace_back(std::move(given_up), absl::StrCat("lost while it ran: ", history, why));
      }
    }
    if (!collected || !work->tests.empty()) left.push_back(*std::move(work));
  }
  PutFirst(std::move(left));
}

void DispatchQueue::SetAsideIfHopeless(int number) {
  AgentState& agent = agents_[number];
  if (agent.set_aside) return;
  // None of its workers ever came to a test, and there are others to go on with.
  const bool barren = std::all_of(agent.slots.begin(), agent.slots.end(), [&](uint32_t slot) {
    return slots_.at({number, slot}).phase == Phase::kSetAside;
  });
  const bool another = std::any_of(agents_.begin(), agents_.end(), [&](const auto& entry) {
    const AgentState& other = entry.second;
    return entry.first != number && !other.lost && !other.broken && !other.draining && !other.set_aside &&
           (barren || (other.finished_a_test && other.deaths_in_a_row == 0));
  });
  // Where nobody does better, it is the tests.
  if (!another || (!barren && agent.deaths_in_a_row < options_.max_deaths_in_a_row)) return;
  agent.set_aside = true;
  agents_set_aside_.push_back(number);
  for (const uint32_t slot : agent.slots) {
    const SlotKey key{number, slot};
    if (slots_.at(key).phase == Phase::kEnded) slots_.SetPhase(key, Phase::kSetAside);
    Touch(key);
  }
}

}  // namespace fastest::dispatch
