#include "coordinator/report/live/metrics_reporter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/outcome_name.h"

namespace fastest::report {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Histogram;

prometheus::Counter& Count(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& Level(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

Histogram& Spread(prometheus::Registry& registry, const char* name, const char* help,
                  Histogram::BucketBoundaries boundaries) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, std::move(boundaries));
}

// From tests that do next to nothing to tests that take minutes. From a Unix socket to a bad line.
Histogram::BucketBoundaries TestSeconds() { return {.001, .003, .01, .03, .1, .3, 1, 3, 10, 30, 100, 300}; }
Histogram::BucketBoundaries WaySeconds() { return {.0003, .001, .003, .01, .03, .1, .3, 1, 3, 10}; }

std::string WorkerOf(const results::Origin& origin) { return absl::StrCat(origin.agent, " ", origin.worker); }

}  // namespace

MetricsReporter::MetricsReporter(std::unique_ptr<MetricsServer> server)
    : registry_(std::make_shared<prometheus::Registry>()),
      server_(std::move(server)),
      info_(BuildGauge()
                .Name("fastest_run_info")
                .Help("The run: always 1, its facts are the labels.")
                .Register(*registry_)),
      results_(BuildCounter()
                   .Name("fastest_run_results_total")
                   .Help("Tests that have a result, by outcome.")
                   .Register(*registry_)),
      retries_(Count(*registry_, "fastest_run_retries_total", "Failed attempts that were followed by another.")),
      flaky_(Count(*registry_, "fastest_run_flaky_total", "Tests that passed at a later attempt than the first.")),
      collect_errors_(
          Count(*registry_, "fastest_run_collect_errors_total", "Files, and classes in them, not collected.")),
      expected_(Level(*registry_, "fastest_run_tests_expected", "Tests that the run expects to have.")),
      running_(Level(*registry_, "fastest_run_tests_running", "Tests that run now.")),
      waiting_(Level(*registry_, "fastest_run_tests_waiting", "Tests that are expected and neither run nor have run.")),
      agents_(Level(*registry_, "fastest_run_agents", "Agents that take part in the run.")),
      slots_(Level(*registry_, "fastest_run_slots", "Slots of the agents that take part in the run.")),
      agents_lost_(Count(*registry_, "fastest_run_agents_lost_total", "Agents that were lost.")),
      agents_refused_(Count(*registry_, "fastest_run_agents_refused_total", "Agents that could take no part.")),
      workers_started_(Count(*registry_, "fastest_run_workers_started_total", "Workers that were ready for tests.")),
      workers_lost_(
          Count(*registry_, "fastest_run_workers_lost_total", "Workers that ended otherwise than in good order.")),
      batches_(Count(*registry_, "fastest_run_batches_leased_total", "Batches of tests that were given to a worker.")),
      test_s_(Spread(*registry_, "fastest_run_test_duration_seconds", "What a test took, with its set-up and teardown.",
                     TestSeconds())),
      lease_s_(Spread(*registry_, "fastest_run_lease_delivery_seconds", "From granting a lease until the agent had it.",
                      WaySeconds())),
      result_s_(Spread(*registry_, "fastest_run_result_delivery_seconds",
                       "From the end of a test until its result was here.", WaySeconds())) {
  // Every outcome exists from the start: a rate over a missing number is none.
  for (const v1::Outcome outcome : kOutcomes) results_.Add({{"outcome", OutcomeName(outcome)}});
  if (server_ != nullptr) server_->Serve(registry_);
}

void MetricsReporter::RunStarted(const results::RunStart& run) {
  info_
      .Add({{"run_id", run.run_id},
            {"version", run.version},
            {"python", run.python_version},
            {"pytest", run.pytest_version}})
      .Set(1);
}

void MetricsReporter::AgentJoined(const results::AgentFacts& agent) {
  slots_of_[agent.name] = agent.slots;
  CountAgents();
}

void MetricsReporter::AgentLost(const std::string& agent, const std::string& /*why*/) {
  slots_of_.erase(agent);
  CountAgents();
  agents_lost_.Increment();
}

void MetricsReporter::CountAgents() {
  int slots = 0;
  for (const auto& [name, count] : slots_of_) slots += count;
  agents_.Set(static_cast<double>(slots_of_.size()));
  slots_.Set(slots);
}

void MetricsReporter::AgentRefused(const std::string& /*agent*/, const std::string& /*why*/) {
  agents_refused_.Increment();
}

void MetricsReporter::Expected(int tests, bool /*exact*/) {
  expected_tests_ = tests;
  CountTests();
}

void MetricsReporter::WorkerStarted(const results::Origin& /*origin*/, const results::Labels& /*of_its_agent*/) {
  workers_started_.Increment();
}

void MetricsReporter::WorkerLost(const results::Origin& origin, const std::string& /*how*/) {
  workers_lost_.Increment();
  at_test_.erase(WorkerOf(origin));
  CountTests();
}

void MetricsReporter::BatchLeased(const results::LeaseFacts& /*lease*/, const results::Origin& /*origin*/) {
  batches_.Increment();
}

void MetricsReporter::TestStarted(const v1::TestRef& /*test*/, const results::Origin& origin, double /*at*/) {
  at_test_.insert(WorkerOf(origin));
  CountTests();
}

void MetricsReporter::Attempt(const v1::TestResult& /*result*/, const results::Origin& origin) {
  retries_.Increment();
  at_test_.erase(WorkerOf(origin));
  CountTests();
}

void MetricsReporter::Result(const v1::TestResult& result, const results::Origin& origin) {
  ++reported_;
  at_test_.erase(WorkerOf(origin));
  CountTests();
  results_.Add({{"outcome", OutcomeName(result.outcome())}}).Increment();
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  if (origin.attempt > 1 && !failed) flaky_.Increment();
  double seconds = 0;
  for (const v1::Phase& phase : result.phases()) seconds += phase.duration_s();
  test_s_.Observe(seconds);
  const v1::Stages& stages = result.stages();
  if (stages.leased() > 0 && stages.received() > 0)
    lease_s_.Observe(std::max(0.0, stages.received() - stages.leased()));
  // By the coordinator's clock, as far as it is known.
  const double teardown_s = result.phases_size() > 0 ? result.phases(result.phases_size() - 1).duration_s() : 0;
  if (stages.reported() > 0 && stages.teardown() > 0) {
    result_s_.Observe(std::max(0.0, stages.reported() - stages.teardown() - teardown_s));
  }
}

void MetricsReporter::Collect(const v1::CollectReport& report) {
  if (report.outcome() == "failed") collect_errors_.Increment();
}

void MetricsReporter::CountTests() {
  const auto running = static_cast<int>(at_test_.size());
  expected_.Set(expected_tests_);
  running_.Set(running);
  waiting_.Set(std::max(0, expected_tests_ - reported_ - running));
}

}  // namespace fastest::report
