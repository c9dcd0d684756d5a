// Where a run's time went: stamps on each result, and sums for the summary. Pure: time is an argument (seconds since
// the epoch, by our clock unless said otherwise); not thread-safe.
#ifndef FASTEST_COORDINATOR_RESULTS_RUN_TIMING_H_
#define FASTEST_COORDINATOR_RESULTS_RUN_TIMING_H_

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "coordinator/results/agent_clock.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"

namespace fastest::results {

// Seconds, summed over all workers but for the first four.
struct TimingSummary {
  double total_s = 0;
  // Until the first worker was ready; from then to the last result.
  double before_s = 0;
  double tests_s = 0;
  int workers = 0;
  // Calls and teardowns; set-ups and the making of items; neither, before a worker's last result; after it, until the
  // last of all.
  double busy_s = 0;
  double setup_s = 0;
  double waiting_s = 0;
  double tail_s = 0;
  double longest_test_s = 0;
  std::string longest_test;
  int agents = 0;
  // Of several agents, the one whose last result came last, and how long after that of the first to have nothing more.
  std::string last_agent;
  double last_agent_behind_s = 0;
};

class RunTiming {
 public:
  // `worker` names it in the whole run; `agent` is for people.
  void WorkerReady(const std::string& worker, const std::string& agent, double now);
  void Queued(double now);
  void Leased(uint64_t lease_id, int agent, double now);
  void Collected(const std::string& worker, const v1::WorkerMessage::Collected& collected);
  // `at` by the agent's clock.
  void TestStarted(const std::string& worker, double at);
  // Stamps the result's stages, and brings its phases' times to our clock.
  void Stamp(const std::string& worker, double now, v1::TestResult* result);

  TimingSummary Summary(double started_at, double now) const;

 private:
  struct Worker {
    std::string agent;
    double ready_at = 0;
    double last_at = 0;
    double started_at = 0;
    double busy_s = 0;
    double setup_s = 0;
  };
  struct Lease {
    int agent = 0;
    double leased_at = 0;
    double received_at = 0;
  };
  std::map<std::string, Worker> workers_;
  std::unordered_map<uint64_t, Lease> leases_;
  std::map<int, AgentClock> clocks_;
  double queued_at_ = 0;
  double longest_test_s_ = 0;
  std::string longest_test_;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_RUN_TIMING_H_
