#include "agent/record/agent_metrics.h"

#include <utility>

#include "base/net/metric_family.h"
#include "proto/outcome_name.h"

namespace fastest::agent {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

}  // namespace

std::vector<MetricFamily> AgentMetrics::Collect() const {
  const v1::AgentStatus status = record_->Status();
  std::vector<MetricFamily> families;
  MetricFamily info =
      MakeFamily("fastest_agent_info", "The agent: always 1, its facts are the labels.", MetricType::Gauge);
  AddValue(&info, 1, {{"name", status.name()}, {"version", status.version()}});
  families.push_back(std::move(info));
  families.push_back(MakeGauge("fastest_agent_slots", "Workers that may run tests at the same time.", status.slots()));
  families.push_back(MakeGauge("fastest_agent_runs", "Runs under way.", status.runs_size()));
  double workers = 0;
  for (const v1::AgentStatus::Run& run : status.runs()) workers += run.workers();
  families.push_back(MakeGauge("fastest_agent_workers", "Worker processes of the runs under way.", workers));
  families.push_back(
      MakeGauge("fastest_agent_draining", "1: the agent takes no more runs and is about to end.", status.draining()));
  families.push_back(
      MakeCounter("fastest_agent_runs_total", "Runs that were begun.", static_cast<double>(status.runs_begun())));
  families.push_back(MakeCounter("fastest_agent_workers_started_total", "Workers that were started.",
                                 static_cast<double>(status.workers_started())));
  families.push_back(MakeCounter("fastest_agent_workers_died_total", "Workers that crashed or were killed.",
                                 static_cast<double>(status.workers_died())));
  MetricFamily results =
      MakeFamily("fastest_agent_results_total", "Tests that were run to a result, by outcome.", MetricType::Counter);
  // Every outcome from the start: Prometheus computes no rate from a missing value.
  for (const v1::Outcome outcome : kOutcomes) {
    const auto count = status.results().find(OutcomeName(outcome));
    AddValue(&results, count == status.results().end() ? 0 : static_cast<double>(count->second),
             {{"outcome", OutcomeName(outcome)}});
  }
  families.push_back(std::move(results));
  families.push_back(MakeGauge("fastest_agent_workdir_available_bytes", "Free space where the tests are.",
                               static_cast<double>(status.disk_available())));
  families.push_back(MakeGauge("fastest_agent_memory_available_bytes", "Memory that is available on the machine.",
                               static_cast<double>(status.memory_available())));
  families.push_back(MakeGauge("fastest_agent_load1", "The machine's load, the mean of a minute.", status.load()));
  return families;
}

}  // namespace fastest::agent
