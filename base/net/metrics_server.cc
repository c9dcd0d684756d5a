#include "base/net/metrics_server.h"

#include <prometheus/exposer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/net/metric_family.h"
#include "base/net/web_address.h"
#include "base/status_macros.h"

namespace fastest {
namespace {

// A client that connects and says nothing holds up one of these threads, and not for long.
constexpr char kThreads[] = "4";
constexpr char kPatienceMs[] = "2000";

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The names that Prometheus' own clients use.
class Process final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    int64_t pages = 0;
    int64_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    families.push_back(MakeGauge("process_resident_memory_bytes", "Resident memory size in bytes.",
                                 static_cast<double>(resident * sysconf(_SC_PAGESIZE))));
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    families.push_back(MakeCounter("process_cpu_seconds_total", "User and system CPU time spent in seconds.",
                                   seconds(usage.ru_utime) + seconds(usage.ru_stime)));
    families.push_back(
        MakeGauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", started_at_));
    return families;
  }

 private:
  // The server is made a moment after the process.
  const double started_at_ = SecondsNow();
};

}  // namespace

MetricsServer::MetricsServer(std::unique_ptr<prometheus::Exposer> exposer)
    : exposer_(std::move(exposer)), process_(std::make_shared<Process>()) {
  exposer_->RegisterCollectable(process_);
}

MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Listen(const std::string& address) {
  ASSIGN_OR_RETURN(std::unique_ptr<Ipv6Relay> relay, Ipv6Relay::For(address));
  ASSIGN_OR_RETURN(const std::string numeric, NumericAddress(relay == nullptr ? address : kBehindRelay));
  try {
    auto server =
        std::unique_ptr<MetricsServer>(new MetricsServer(std::make_unique<prometheus::Exposer>(std::vector<std::string>{
            "listening_ports", numeric, "num_threads", kThreads, "request_timeout_ms", kPatienceMs})));
    const std::vector<int> ports = server->exposer_->GetListeningPorts();
    if (!ports.empty()) {
      server->address_ = relay == nullptr ? absl::StrCat(HostOf(address), ":", ports.front()) : relay->address();
      if (relay != nullptr) relay->Start(ports.front());
      server->relay_ = std::move(relay);
      return server;
    }
  } catch (const std::exception&) {
    // The library does not say why.
  }
  return CannotListen(address);
}

void MetricsServer::Serve(std::shared_ptr<prometheus::Collectable> metrics) {
  metrics_ = std::move(metrics);
  exposer_->RegisterCollectable(metrics_);
}

}  // namespace fastest
