#include "agent/agent_metrics.h"

#include <prometheus/metric_family.h>

#include <string>
#include <utility>

namespace fastest::agent {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

void Add(MetricFamily* family, double value, Labels labels = {}) {
  ClientMetric& metric = family->metric.emplace_back();
  metric.label = std::move(labels);
  (family->type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

MetricFamily Family(const char* name, const char* help, MetricType type) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

MetricFamily Gauge(const char* name, const char* help, double value) {
  MetricFamily family = Family(name, help, MetricType::Gauge);
  Add(&family, value);
  return family;
}

MetricFamily Counter(const char* name, const char* help, uint64_t value) {
  MetricFamily family = Family(name, help, MetricType::Counter);
  Add(&family, static_cast<double>(value));
  return family;
}

}  // namespace

std::vector<MetricFamily> AgentMetrics::Collect() const {
  const v1::AgentStatus status = record_->Status();
  std::vector<MetricFamily> families;
  MetricFamily info = Family("fastest_agent_info", "The agent: always 1, its facts are the labels.", MetricType::Gauge);
  Add(&info, 1, {{"name", status.name()}, {"version", status.version()}});
  families.push_back(std::move(info));
  families.push_back(Gauge("fastest_agent_slots", "Workers that may run tests at the same time.", status.slots()));
  families.push_back(Gauge("fastest_agent_runs", "Runs under way.", status.runs_size()));
  double workers = 0;
  for (const v1::AgentStatus::Run& run : status.runs()) workers += run.workers();
  families.push_back(Gauge("fastest_agent_workers", "Worker processes of the runs under way.", workers));
  families.push_back(
      Gauge("fastest_agent_draining", "1: it takes no more runs and is about to end.", status.draining()));
  families.push_back(Counter("fastest_agent_runs_total", "Runs that were begun.", status.runs_begun()));
  families.push_back(
      Counter("fastest_agent_workers_started_total", "Workers that were started.", status.workers_started()));
  families.push_back(Counter("fastest_agent_workers_died_total", "Workers that ended otherwise than in good order.",
                             status.workers_died()));
  MetricFamily results =
      Family("fastest_agent_results_total", "Tests that were run to a result, by outcome.", MetricType::Counter);
  // Every outcome from the start: a rate over what is missing is none.
  for (const char* outcome : {"passed", "failed", "error", "skipped", "xfailed", "xpassed"}) {
    const auto count = status.results().find(outcome);
    Add(&results, count == status.results().end() ? 0 : static_cast<double>(count->second), {{"outcome", outcome}});
  }
  families.push_back(std::move(results));
  families.push_back(Gauge("fastest_agent_workdir_available_bytes", "Free space where the tests are.",
                           static_cast<double>(status.disk_available())));
  families.push_back(Gauge("fastest_agent_memory_available_bytes", "Memory that the machine has to give.",
                           static_cast<double>(status.memory_available())));
  families.push_back(Gauge("fastest_agent_load1", "The machine's load, the mean of a minute.", status.load()));
  return families;
}

}  // namespace fastest::agent
