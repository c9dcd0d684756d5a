// Who takes part in a run: agents and their workers, and those that were lost or refused. Owned by the run; pure; not
// thread-safe.
#ifndef FASTEST_COORDINATOR_RUN_ROSTER_H_
#define FASTEST_COORDINATOR_RUN_ROSTER_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatch_action.h"
#include "coordinator/results/run_facts.h"
#include "proto/agent_service.pb.h"

namespace fastest::run {

struct Worker {
  dispatch::SlotKey slot;
  // "gw3". Unique in the run: a replacement has an id of its own.
  std::string id;
  bool ready = false;
  // A test has begun in it; one runs now.
  bool began = false;
  bool running = false;
  // Its session broke, in the midst of the run: how, in a line.
  std::string broke;
  // What it said before it was ready. Only the first ready worker's is taken, since all say the same.
  std::vector<v1::WorkerMessage> early;
  // What it wrote before it was ready, if another worker wrote first. Conftests and plugins write the same in each.
  std::vector<v1::WorkerMessage> early_output;
  results::Origin origin;
};

class Roster {
 public:
  // The first worker is "gw`first_worker`". `more_agents`: agents may still join.
  Roster(int first_worker, bool more_agents)
      : first_worker_(first_worker), next_worker_(first_worker), more_agents_(more_agents) {}

  // Agents. The facts of an agent that is not here are empty.
  void Join(int agent, const v1::AgentMessage::Hello& hello) { agents_[agent] = hello; }
  bool Has(int agent) const { return agents_.count(agent) > 0; }
  // The slots of all agents that are here.
  int Slots() const;
  const std::map<int, v1::AgentMessage::Hello>& agents() const { return agents_; }
  // The agent is gone, and its workers, which this returns. Results of them may still come: see FindLost().
  std::vector<Worker> Lose(int agent);
  // Results of the lost agent are not wanted any more.
  void Disbelieve(int agent);
  // An agent that takes no part. Its workers, if it has any, are forgotten.
  void Refuse(int agent, const std::string& why);
  void NoteRefused(const std::string& name, const std::string& why) { refused_.emplace_back(name, why); }
  // Name and reason.
  const std::vector<std::pair<std::string, std::string>>& refused() const { return refused_; }
  void ExpectAgents(bool expected) { more_agents_ = expected; }
  bool more_agents() const { return more_agents_; }

  // "agent bert", or by its number.
  std::string NameOf(int agent) const;
  results::AgentFacts FactsOf(int agent) const;
  results::Labels LabelsOf(int agent) const { return FactsOf(agent).labels; }

  // Workers. A new one takes the place of the one before it in its slot. References are valid until the worker ends.
  Worker& Start(dispatch::SlotKey slot);
  // The worker that is in the slot now, if it has this id: null for one that was replaced or lost.
  Worker* Find(dispatch::SlotKey slot, const std::string& id);
  // Null if there is none in the slot.
  const Worker* In(dispatch::SlotKey slot) const;
  // Null if the lost agent had no such worker.
  const results::Origin* FindLost(int agent, const std::string& worker_id) const;
  void End(dispatch::SlotKey slot) { workers_.erase(slot); }
  const std::map<dispatch::SlotKey, Worker>& workers() const { return workers_; }
  // The agent for a session beside the workers: one where a worker is ready, since the project loads there, else
  // the first. None: no agent is here.
  std::optional<int> Host() const;
  // How many workers were started so far.
  int started() const { return next_worker_ - first_worker_; }
  // Whether to show at once what the worker writes: it is ready, or it was the first that wrote.
  bool IsHeard(const Worker& worker);

  // A worker died. Gives how many have.
  int CountDeath() { return ++deaths_; }
  // What became of the last worker or agent that was lost, for people. Empty: none was.
  void NoteLoss(std::string what) { last_loss_ = std::move(what); }
  const std::string& last_loss() const { return last_loss_; }

 private:
  const int first_worker_;
  int next_worker_;
  bool more_agents_;
  std::map<int, v1::AgentMessage::Hello> agents_;
  std::vector<std::pair<std::string, std::string>> refused_;
  std::map<dispatch::SlotKey, Worker> workers_;
  // By agent and worker id.
  std::map<std::pair<int, std::string>, results::Origin> lost_workers_;
  // The worker whose early output is shown as it comes.
  std::string early_writer_;
  int deaths_ = 0;
  std::string last_loss_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_ROSTER_H_
