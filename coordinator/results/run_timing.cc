#include "coordinator/results/run_timing.h"

#include <algorithm>

namespace fastest::results {

void RunTiming::WorkerReady(const std::string& worker, const std::string& agent, double now) {
  Worker& state = workers_[worker];
  state.agent = agent;
  state.ready_at = state.last_at = now;
}

void RunTiming::Queued(double now) { queued_at_ = now; }

void RunTiming::Leased(uint64_t lease_id, int agent, double now) { leases_[lease_id] = {agent, now, 0}; }

void RunTiming::Collected(const std::string& worker, const v1::WorkerMessage::Collected& collected) {
  workers_[worker].setup_s += std::max(0.0, collected.collect_s());
  const auto lease = leases_.find(collected.lease_id());
  if (lease == leases_.end()) return;
  lease->second.received_at = collected.received_at();
  clocks_[lease->second.agent].SentTo(lease->second.leased_at, collected.received_at());
}

void RunTiming::TestStarted(const std::string& worker, double at) { workers_[worker].started_at = at; }

void RunTiming::Stamp(const std::string& worker, double now, v1::TestResult* result) {
  Worker& state = workers_[worker];
  v1::Stages* stages = result->mutable_stages();
  if (queued_at_ > 0) stages->set_queued(queued_at_);
  stages->set_reported(now);
  double ended_at = 0;
  double seconds = 0;
  for (const v1::Phase& phase : result->phases()) {
    // A subtest's time is part of its test's.
    if (!phase.subtest().empty()) continue;
    ended_at = std::max(ended_at, phase.start() + phase.duration_s());
    seconds += phase.duration_s();
    (phase.when() == "setup" ? state.setup_s : state.busy_s) += phase.duration_s();
  }
  state.last_at = now;
  if (seconds > longest_test_s_) {
    longest_test_s_ = seconds;
    longest_test_ = result->ref().node_id();
  }
  const auto lease = leases_.find(result->lease_id());
  if (lease == leases_.end()) return;
  stages->set_leased(lease->second.leased_at);
  AgentClock& clock = clocks_[lease->second.agent];
  clock.ReceivedFrom(std::max(ended_at, state.started_at), now);
  const auto ours = [&](double theirs) { return clock.ToOurs(theirs); };
  if (lease->second.received_at > 0) stages->set_received(ours(lease->second.received_at));
  if (state.started_at > 0) stages->set_started(ours(state.started_at));
  for (v1::Phase& phase : *result->mutable_phases()) {
    if (phase.start() <= 0) continue;
    phase.set_start(ours(phase.start()));
    if (!phase.subtest().empty()) continue;
    if (phase.when() == "setup") stages->set_setup(phase.start());
    if (phase.when() == "call") stages->set_call(phase.start());
    if (phase.when() == "teardown") stages->set_teardown(phase.start());
  }
}

TimingSummary RunTiming::Summary(double started_at, double now) const {
  TimingSummary summary;
  summary.total_s = now - started_at;
  summary.longest_test_s = longest_test_s_;
  summary.longest_test = longest_test_;
  double first_ready = now;
  double last = started_at;
  std::map<std::string, double> agent_last;
  for (const auto& [name, worker] : workers_) {
    if (worker.ready_at <= 0) continue;
    first_ready = std::min(first_ready, worker.ready_at);
    last = std::max(last, worker.last_at);
    double& of_agent = agent_last[worker.agent];
    of_agent = std::max(of_agent, worker.last_at);
  }
  summary.before_s = first_ready - started_at;
  summary.tests_s = std::max(0.0, last - first_ready);
  for (const auto& [name, worker] : workers_) {
    if (worker.ready_at <= 0) continue;
    ++summary.workers;
    summary.busy_s += worker.busy_s;
    summary.setup_s += worker.setup_s;
    summary.waiting_s += std::max(0.0, worker.last_at - worker.ready_at - worker.busy_s - worker.setup_s);
    summary.tail_s += last - worker.last_at;
  }
  summary.agents = static_cast<int>(agent_last.size());
  double first_done = last;
  for (const auto& [agent, at] : agent_last) {
    first_done = std::min(first_done, at);
    if (summary.agents > 1 && at == last) summary.last_agent = agent;
  }
  summary.last_agent_behind_s = last - first_done;
  return summary;
}

}  // namespace fastest::results
