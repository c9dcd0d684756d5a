// Agents as the dispatch queue sees them: who is there, who is lost, and what then becomes of their tests.

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

void DispatchQueue::SetHeard(int agent, AgentState* state, double now) {
  state->heard_at = now;
  if (state->listed_at.has_value() && *state->listed_at <= now) return;
  if (state->listed_at.has_value()) heard_.erase({*state->listed_at, agent});
  state->listed_at = now;
  heard_.insert({now, agent});
}

std::optional<int> DispatchQueue::LongestSilent() {
  while (!heard_.empty()) {
    const auto [listed_at, agent] = *heard_.begin();
    AgentState& state = agents_[agent];
    if (!state.lost && state.heard_at == listed_at) return agent;
    heard_.erase(heard_.begin());
    state.listed_at.reset();
    if (!state.lost) SetHeard(agent, &state, state.heard_at);
  }
  return std::nullopt;
}

void DispatchQueue::AgentJoined(int agent, const std::string& name, double now) {
  AgentState& state = AgentOf(agent);
  if (!name.empty()) state.name = name;
  state.timed = true;
  SetHeard(agent, &state, now);
}

void DispatchQueue::AgentHeard(int agent, double now) {
  const auto it = agents_.find(agent);
  if (it != agents_.end() && it->second.timed && !it->second.lost) SetHeard(agent, &it->second, now);
}

void DispatchQueue::AgentRoundTrip(int agent, double seconds) {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || !(seconds >= 0)) return;
  it->second.round_trip_s = seconds;
  for (const uint32_t slot : it->second.slots) Touch({agent, slot});
}

void DispatchQueue::AgentBroken(int agent) {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  it->second.broken = true;
  for (const uint32_t slot : it->second.slots) Touch({agent, slot});
}

void DispatchQueue::AgentResumed(int agent, double now) {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || it->second.lost) return;
  it->second.broken = nothing_to_steal_ = false;
  AgentHeard(agent, now);
  for (const uint32_t slot : it->second.slots) Touch({agent, slot});
}

void DispatchQueue::AgentDraining(int agent) {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  it->second.draining = true;
  for (const uint32_t slot : it->second.slots) {
    const SlotKey key{agent, slot};
    SlotState& state = slots_[key];
    if (state.phase == Phase::kEnded) SetPhase(key, &state, Phase::kLost);
    Touch(key);
  }
}

void DispatchQueue::AgentLost(int agent, const std::string& why, double now) {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || it->second.lost) return;
  AgentState& state = it->second;
  state.lost = true;
  const std::string loss =
      absl::StrCat(state.name, " was lost at ", ClockTime(now), why.empty() ? "" : absl::StrCat(" (", why, ")"));
  for (const uint32_t number : state.slots) {
    const SlotKey key{agent, number};
    SlotState& slot = slots_[key];
    HandBackLost(&slot, loss);
    if (slot.revoke_pending) --pending_revokes_;
    slot.revoke_pending = slot.waits = false;
    SetPhase(key, &slot, Phase::kLost);
    Touch(key);
  }
}

std::vector<int> DispatchQueue::Tick(double now) {
  std::vector<int> lost;
  if (options_.lease_s <= 0) return lost;
  if (last_tick_ > 0 && now - last_tick_ > options_.lease_s / 2) {
    // It was we who slept, and what they said meanwhile has not been read.
    for (auto& [agent, state] : agents_) {
      if (state.timed && !state.lost) SetHeard(agent, &state, now);
    }
  }
  last_tick_ = now;
  for (std::optional<double> next = NextDeadline(); next.has_value() && *next <= now; next = NextDeadline()) {
    const int agent = *LongestSilent();
    AgentLost(agent, absl::StrCat("not heard of for ", options_.lease_s, " s"), now);
    lost.push_back(agent);
  }
  return lost;
}

std::optional<double> DispatchQueue::NextDeadline() {
  const std::optional<int> agent = options_.lease_s > 0 ? LongestSilent() : std::nullopt;
  if (!agent.has_value()) return std::nullopt;
  return agents_[*agent].heard_at + options_.lease_s;
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
      std::string& history = loss_history_[{running->node, running->index}];
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
    return slots_[{number, slot}].phase == Phase::kSetAside;
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
    if (slots_[key].phase == Phase::kEnded) SetPhase(key, &slots_[key], Phase::kSetAside);
    Touch(key);
  }
}

}  // namespace fastest::dispatch
