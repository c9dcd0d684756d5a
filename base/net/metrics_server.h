// Metrics in Prometheus' text format over HTTP.
#ifndef FASTEST_BASE_NET_METRICS_SERVER_H_
#define FASTEST_BASE_NET_METRICS_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/net/ipv6_relay.h"
#include "prometheus/collectable.h"

namespace prometheus {
class Exposer;
}

namespace fastest {

// Serves GET /metrics on threads of its own.
class MetricsServer {
 public:
  // HOST:PORT; port 0: any. InvalidArgument, "ADDRESS: ...": this is no address, or cannot be had.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(const std::string& address);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // `metrics` is asked at each scrape, on a thread of the server's, and kept alive. The server adds what the system
  // knows of this process (process_*).
  void Serve(std::shared_ptr<prometheus::Collectable> metrics);

  // HOST:PORT with the port that was bound.
  const std::string& address() const { return address_; }

 private:
  explicit MetricsServer(std::unique_ptr<prometheus::Exposer> exposer);

  // Null unless the address is one of IPv6. Ends after the server.
  std::unique_ptr<Ipv6Relay> relay_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;
  std::shared_ptr<prometheus::Collectable> process_;
  std::shared_ptr<prometheus::Collectable> metrics_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_METRICS_SERVER_H_
