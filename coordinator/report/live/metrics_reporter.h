// Tells the run in numbers, for Prometheus: --metrics HOST:PORT. docs/metrics.md lists them.
#ifndef FASTEST_COORDINATOR_REPORT_LIVE_METRICS_REPORTER_H_
#define FASTEST_COORDINATOR_REPORT_LIVE_METRICS_REPORTER_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/net/metrics_server.h"
#include "coordinator/report/reporter.h"

namespace fastest::report {

// Told by the run's thread. Asked by the server's threads.
class MetricsReporter : public Reporter {
 public:
  // From now on `server` answers with the numbers of this run. Without a server, only registry() gives them.
  explicit MetricsReporter(std::unique_ptr<MetricsServer> server);

  void RunStarted(const results::RunStart& run) override;
  void AgentJoined(const results::AgentFacts& agent) override;
  void AgentLost(const std::string& agent, const std::string& why) override;
  void AgentRefused(const std::string& agent, const std::string& why) override;
  void Expected(int tests, bool exact) override;
  void WorkerStarted(const results::Origin& origin, const results::Labels& of_its_agent) override;
  void WorkerLost(const results::Origin& origin, const std::string& how) override;
  void BatchLeased(const results::LeaseFacts& lease, const results::Origin& origin) override;
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) override;
  void Attempt(const v1::TestResult& result, const results::Origin& origin) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;

  const prometheus::Registry& registry() const { return *registry_; }

 private:
  void CountTests();
  void CountAgents();

  const std::shared_ptr<prometheus::Registry> registry_;
  const std::unique_ptr<MetricsServer> server_;
  prometheus::Family<prometheus::Gauge>& info_;
  prometheus::Family<prometheus::Counter>& results_;
  prometheus::Counter& retries_;
  prometheus::Counter& flaky_;
  prometheus::Counter& collect_errors_;
  prometheus::Gauge& expected_;
  prometheus::Gauge& running_;
  prometheus::Gauge& waiting_;
  prometheus::Gauge& agents_;
  prometheus::Gauge& slots_;
  prometheus::Counter& agents_lost_;
  prometheus::Counter& agents_refused_;
  prometheus::Counter& workers_started_;
  prometheus::Counter& workers_lost_;
  prometheus::Counter& batches_;
  prometheus::Histogram& test_s_;
  prometheus::Histogram& lease_s_;
  prometheus::Histogram& result_s_;
  // Slots of the agents that have joined, by name.
  std::map<std::string, int> slots_of_;
  // Workers that run a test.
  std::set<std::string> at_test_;
  int expected_tests_ = 0;
  int reported_ = 0;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_LIVE_METRICS_REPORTER_H_
