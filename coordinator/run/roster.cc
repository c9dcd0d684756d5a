#include "coordinator/run/roster.h"

#include "absl/strings/str_cat.h"
#include "proto/worker_id.h"

namespace fastest::run {

std::vector<Worker> Roster::Lose(int agent) {
  std::vector<Worker> lost;
  for (auto it = workers_.begin(); it != workers_.end();) {
    if (it->first.agent != agent) {
      ++it;
      continue;
    }
    lost_workers_[{agent, it->second.id}] = it->second.origin;
    lost.push_back(std::move(it->second));
    it = workers_.erase(it);
  }
  agents_.erase(agent);
  return lost;
}

void Roster::Disbelieve(int agent) {
  for (auto it = lost_workers_.begin(); it != lost_workers_.end();) {
    it = it->first.first == agent ? lost_workers_.erase(it) : std::next(it);
  }
}

void Roster::Refuse(int agent, const std::string& why) {
  NoteRefused(FactsOf(agent).name, why);
  for (auto it = workers_.begin(); it != workers_.end();) {
    it = it->first.agent == agent ? workers_.erase(it) : std::next(it);
  }
  agents_.erase(agent);
}

int Roster::Slots() const {
  uint32_t slots = 0;
  for (const auto& [agent, hello] : agents_) slots += hello.slots();
  return static_cast<int>(slots);
}

std::string Roster::NameOf(int agent) const {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || it->second.name().empty()) return absl::StrCat("agent ", agent);
  return absl::StrCat("agent ", it->second.name());
}

results::AgentFacts Roster::FactsOf(int agent) const {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return {};
  const v1::AgentMessage::Hello& hello = it->second;
  return {
      hello.name(), hello.hostname(), static_cast<int>(hello.slots()), {hello.labels().begin(), hello.labels().end()}};
}

Worker& Roster::Start(dispatch::SlotKey slot) {
  Worker& worker = workers_[slot] = Worker();
  worker.slot = slot;
  worker.id = WorkerId(next_worker_++);
  worker.origin = {FactsOf(slot.agent).name, worker.id, 1, static_cast<int>(slot.slot)};
  return worker;
}

Worker* Roster::Find(dispatch::SlotKey slot, const std::string& id) {
  const auto it = workers_.find(slot);
  return it != workers_.end() && it->second.id == id ? &it->second : nullptr;
}

const Worker* Roster::In(dispatch::SlotKey slot) const {
  const auto it = workers_.find(slot);
  return it == workers_.end() ? nullptr : &it->second;
}

const results::Origin* Roster::FindLost(int agent, const std::string& worker_id) const {
  const auto it = lost_workers_.find({agent, worker_id});
  return it == lost_workers_.end() ? nullptr : &it->second;
}

std::optional<int> Roster::Host() const {
  for (const auto& [slot, worker] : workers_) {
    if (worker.ready) return slot.agent;
  }
  return agents_.empty() ? std::nullopt : std::make_optional(agents_.begin()->first);
}

bool Roster::IsHeard(const Worker& worker) {
  if (worker.ready) return true;
  if (early_writer_.empty()) early_writer_ = worker.id;
  return worker.id == early_writer_;
}

}  // namespace fastest::run
