#include "base/metrics_server.h"

#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/transport_security.h"

namespace fastest {
namespace {

// Who connects and says nothing holds up one of these, and not for long.
constexpr char kThreads[] = "4";
constexpr char kPatienceMs[] = "2000";

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

prometheus::MetricFamily One(const char* name, const char* help, prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  family.metric.push_back(std::move(metric));
  return family;
}

// The names that Prometheus' own clients use.
class Process final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    using prometheus::MetricType;
    std::vector<prometheus::MetricFamily> families;
    int64_t pages = 0;
    int64_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    families.push_back(One("process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
                           static_cast<double>(resident * sysconf(_SC_PAGESIZE))));
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    families.push_back(One("process_cpu_seconds_total", "User and system CPU time spent in seconds.",
                           MetricType::Counter, seconds(usage.ru_utime) + seconds(usage.ru_stime)));
    families.push_back(One("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
                           MetricType::Gauge, started_at_));
    return families;
  }

 private:
  // (When the server was made, a moment after the process.)
  const double started_at_ = SecondsNow();
};

}  // namespace

MetricsServer::MetricsServer(std::unique_ptr<prometheus::Exposer> exposer)
    : exposer_(std::move(exposer)), process_(std::make_shared<Process>()) {
  exposer_->RegisterCollectable(process_);
}

MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Listen(const std::string& address) {
  if (const std::string wrong = WhyNotHostPort(address, 0); !wrong.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(address, ": ", wrong));
  }
  std::string host = address.substr(0, address.rfind(':'));
  const std::string port = address.substr(address.rfind(':') + 1);
  // The server takes numbers only.
  const std::string numeric = host == "localhost" ? "127.0.0.1" : host;
  try {
    auto server = std::unique_ptr<MetricsServer>(new MetricsServer(std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", absl::StrCat(numeric, ":", port), "num_threads", kThreads,
                                 "request_timeout_ms", kPatienceMs})));
    const std::vector<int> ports = server->exposer_->GetListeningPorts();
    if (!ports.empty()) {
      server->address_ = absl::StrCat(host, ":", ports.front());
      return server;
    }
  } catch (const std::exception&) {
    // It says no more than that it did not start.
  }
  return absl::InvalidArgumentError(absl::StrCat(
      address, ": cannot listen there: the port is taken, or the host is not this machine's (as a number)"));
}

void MetricsServer::Serve(std::shared_ptr<prometheus::Collectable> metrics) {
  metrics_ = std::move(metrics);
  exposer_->RegisterCollectable(metrics_);
}

}  // namespace fastest
