// Agents that come and go in the midst of a run.
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/run/run.h"
#include "proto/exit_code.h"

namespace fastest::run {

std::string Run::NameOf(int agent) const {
  const auto it = agents_.find(agent);
  if (it == agents_.end() || it->second.name().empty()) return absl::StrCat("agent ", agent);
  return absl::StrCat("agent ", it->second.name());
}

results::Labels Run::LabelsOf(int agent) const {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return {};
  return {it->second.labels().begin(), it->second.labels().end()};
}

results::AgentFacts Run::FactsOf(int agent) const {
  const auto it = agents_.find(agent);
  if (it == agents_.end()) return {};
  const v1::AgentMessage::Hello& hello = it->second;
  return {hello.name(), hello.hostname(), static_cast<int>(hello.slots()), LabelsOf(agent)};
}

void Run::AgentRefused(const std::string& name, const std::string& why) {
  if (reporters_.empty()) {
    refused_.emplace_back(name, why);
  } else {
    Report([&](report::Reporter& r) { r.AgentRefused(name, why); });
  }
}

void Run::Note(const std::string& text) {
  if (reporters_.empty()) {
    deps_.show(v1::WorkerMessage::Output::STDERR, absl::StrCat("fastest: ", text, "\n"));
  } else {
    Report([&](report::Reporter& r) { r.Note(text); });
  }
}

void Run::AgentHeard(int agent) { queue_.AgentHeard(agent, deps_.now()); }

void Run::AgentRoundTrip(int agent, double seconds) { queue_.AgentRoundTrip(agent, seconds); }

void Run::AgentBroken(int agent, const std::string& why) {
  if (options_.lease_s <= 0) {
    AgentLeft(agent, why);
    return;
  }
  queue_.AgentBroken(agent);
  Act();
}

void Run::AgentResumed(int agent) {
  if (agents_.count(agent) == 0) {
    // Its tests have gone to others, and it may end its workers.
    v1::CoordinatorMessage message;
    message.mutable_end_run();
    deps_.agents->Send(agent, message);
    return;
  }
  queue_.AgentResumed(agent, deps_.now());
  Act();
}

void Run::AgentDraining(int agent, const std::string& reason) {
  if (agents_.count(agent) == 0) return;
  queue_.AgentDraining(agent);
  if (!reason.empty()) {
    last_death_ = absl::StrCat(NameOf(agent), " leaves the run when it has finished the tests that it runs: ", reason);
    Note(last_death_);
  } else if (!stopping_) {
    Note(absl::StrCat(NameOf(agent), " is about to end: it finishes the tests that it runs"));
  }
  Act();
}

void Run::AgentLeft(int agent, const std::string& why) {
  if (agents_.count(agent) == 0) return;
  queue_.AgentLost(agent, why, deps_.now());
  GiveUpAgent(agent, why);
}

void Run::GiveUpAgent(int agent, const std::string& why) {
  control_.AgentLeft(agent, why);
  const std::string name = NameOf(agent);
  std::vector<dispatch::SlotKey> lost;
  for (const auto& [slot, worker] : workers_) {
    if (slot.agent == agent) lost.push_back(slot);
  }
  // One that had nothing left to do may go.
  const bool mattered = !lost.empty();
  for (const dispatch::SlotKey& slot : lost) {
    Worker& worker = workers_[slot];
    lost_workers_[{agent, worker.id}] = worker.origin;
    Report([&](report::Reporter& r) { r.WorkerLost(worker.origin, absl::StrCat("its agent was lost: ", why)); });
    workers_.erase(slot);
  }
  if (mattered) Report([&](report::Reporter& r) { r.AgentLost(FactsOf(agent).name, why); });
  agents_.erase(agent);
  if (mattered) last_death_ = absl::StrCat(name, " was lost: ", why);
  if (agents_.empty() && !more_agents_) {
    if (mattered) Fail(kNotRun, absl::StrCat("the agent that ran the tests is gone (", why, ")"));
    return;
  }
  if (mattered && !stopping_) Note(absl::StrCat(name, " was lost (", why, "): its tests go to others"));
  Act();
}

void Run::LateNews(int agent, v1::AgentMessage::Event& event) {
  if (!event.has_from_worker() || !event.from_worker().message().has_progress()) return;
  const auto worker = lost_workers_.find({agent, event.from_worker().worker_id()});
  if (worker == lost_workers_.end()) return;
  OnResults(worker->second, *event.mutable_from_worker()->mutable_message()->mutable_progress());
  Act();
}

void Run::OnRefused(int agent, const v1::AgentMessage::Refused& refused) {
  if (agents_.size() == 1 && !more_agents_) {
    Fail(refused.exit_status(), refused.message());
    return;
  }
  const std::string name = NameOf(agent);
  queue_.AgentLost(agent, refused.message(), deps_.now());
  for (auto it = workers_.begin(); it != workers_.end();) {
    it = it->first.agent == agent ? workers_.erase(it) : std::next(it);
  }
  AgentRefused(FactsOf(agent).name, refused.message());
  agents_.erase(agent);
  last_death_ = absl::StrCat(name, " cannot run the tests: ", refused.message());
  Note(last_death_);
  Act();
}

void Run::SettleRetries() {
  for (const auto& [key, attempt] : std::exchange(failed_attempts_, {})) {
    auto [result, origin] = attempt;
    Settle(true, &result);
    if (!ledger_.Reported(result)) continue;
    Report([&, result = &result, origin = &origin](report::Reporter& r) { r.Result(*result, *origin); });
  }
}

}  // namespace fastest::run
