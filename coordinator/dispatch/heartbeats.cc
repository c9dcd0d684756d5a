#include "coordinator/dispatch/heartbeats.h"

namespace fastest::dispatch {

void Heartbeats::SetHeard(int agent, Agent* state, double now) {
  state->heard_at = now;
  if (state->listed_at.has_value() && *state->listed_at <= now) return;
  if (state->listed_at.has_value()) listed_.erase({*state->listed_at, agent});
  state->listed_at = now;
  listed_.insert({now, agent});
}

void Heartbeats::Forget(int agent) {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return;
  listed_.erase({*it->second.listed_at, agent});
  agents_.erase(it);
}

void Heartbeats::Heard(int agent, double now) {
  const auto it = agents_.find(agent);
  if (it != agents_.end()) SetHeard(agent, &it->second, now);
}

std::map<int, Heartbeats::Agent>::iterator Heartbeats::LongestSilent() {
  while (!listed_.empty()) {
    const auto [listed_at, agent] = *listed_.begin();
    const auto it = agents_.find(agent);
    if (it->second.heard_at == listed_at) return it;
    listed_.erase(listed_.begin());
    it->second.listed_at.reset();
    SetHeard(agent, &it->second, it->second.heard_at);
  }
  return agents_.end();
}

void Heartbeats::Tick(double now) {
  if (lease_s_ <= 0) return;
  if (last_tick_ > 0 && now - last_tick_ > lease_s_ / 2) {
    for (auto& [agent, state] : agents_) SetHeard(agent, &state, now);
  }
  last_tick_ = now;
}

std::optional<int> Heartbeats::TakeSilent(double now) {
  const std::optional<double> next = NextDeadline();
  if (!next.has_value() || *next > now) return std::nullopt;
  const int agent = LongestSilent()->first;
  Forget(agent);
  return agent;
}

std::optional<double> Heartbeats::NextDeadline() {
  const auto it = lease_s_ > 0 ? LongestSilent() : agents_.end();
  if (it == agents_.end()) return std::nullopt;
  return it->second.heard_at + lease_s_;
}

}  // namespace fastest::dispatch
