// Values in the form of prometheus-cpp, for collectors that are asked at each scrape.
#ifndef FASTEST_BASE_NET_METRIC_FAMILY_H_
#define FASTEST_BASE_NET_METRIC_FAMILY_H_

#include <prometheus/metric_family.h>

#include <utility>
#include <vector>

namespace fastest {

// Has no value yet.
inline prometheus::MetricFamily MakeFamily(const char* name, const char* help, prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

// Adds a value to a counter or a gauge.
inline void AddValue(prometheus::MetricFamily* family, double value,
                     std::vector<prometheus::ClientMetric::Label> labels = {}) {
  prometheus::ClientMetric& metric = family->metric.emplace_back();
  metric.label = std::move(labels);
  (family->type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

inline prometheus::MetricFamily MakeGauge(const char* name, const char* help, double value) {
  prometheus::MetricFamily family = MakeFamily(name, help, prometheus::MetricType::Gauge);
  AddValue(&family, value);
  return family;
}

inline prometheus::MetricFamily MakeCounter(const char* name, const char* help, double value) {
  prometheus::MetricFamily family = MakeFamily(name, help, prometheus::MetricType::Counter);
  AddValue(&family, value);
  return family;
}

}  // namespace fastest

#endif  // FASTEST_BASE_NET_METRIC_FAMILY_H_
