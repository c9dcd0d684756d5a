// Metrics in Prometheus' text format over HTTP: --metrics HOST:PORT of both programs.
#ifndef FASTEST_BASE_NET_METRICS_SERVER_H_
#define FASTEST_BASE_NET_METRICS_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "prometheus/collectable.h"

namespace prometheus {
class Exposer;
}

namespace fastest {

// Serves GET /metrics on threads of its own.
class MetricsServer {
 public:
  // HOST:PORT; port 0: any. `port_file`: where the bound address is written; empty: nowhere. InvalidArgument, with the option's name: it is no
  // address, or can't be had. Or why the file can't be written.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(const std::string& address,
                                                               const std::string& port_file);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // What is asked at each scrape, on a thread of the server's; together with what the system knows of this process (process_*). Kept alive.
  void Serve(std::shared_ptr<prometheus::Collectable> metrics);

  // HOST:PORT with the port that was bound.
  const std::string& address() const { return address_; }

 private:
  static absl::StatusOr<std::unique_ptr<MetricsServer>> ListenAt(const std::string& address);
  explicit MetricsServer(std::unique_ptr<prometheus::Exposer> exposer);

  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;
  std::shared_ptr<prometheus::Collectable> process_;
  std::shared_ptr<prometheus::Collectable> metrics_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_METRICS_SERVER_H_
