// An agent's record in Prometheus' form: fastest-agent --metrics. docs/metrics.md lists the names.
#ifndef FASTEST_AGENT_RECORD_AGENT_METRICS_H_
#define FASTEST_AGENT_RECORD_AGENT_METRICS_H_

#include <vector>

#include "agent/record/agent_record.h"
#include "prometheus/collectable.h"

namespace fastest::agent {

// Thread-safe. The record outlives it.
class AgentMetrics final : public prometheus::Collectable {
 public:
  explicit AgentMetrics(const AgentRecord* record) : record_(record) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const AgentRecord* const record_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_RECORD_AGENT_METRICS_H_
