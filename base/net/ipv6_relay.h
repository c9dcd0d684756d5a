// Lets a web server that knows IPv4 alone be reached by IPv6. Debian's civetweb, which is also under the library of
// Prometheus, is built without IPv6.
#ifndef FASTEST_BASE_NET_IPV6_RELAY_H_
#define FASTEST_BASE_NET_IPV6_RELAY_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "base/process/unique_fd.h"

namespace fastest {

// Where a server listens that has a relay.
inline constexpr char kBehindRelay[] = "127.0.0.1:0";

// Passes connections on to a server on the loopback address 127.0.0.1. One thread of its own passes on the bytes of all
// connections, with little memory for each; a slow reader holds up nobody else. Thread-compatible.
class Ipv6Relay {
 public:
  // For an address "[HOST]:PORT" (port 0: any), a relay that listens there. Null for every other address: a server can
  // listen there itself. InvalidArgument: the address cannot be had.
  static absl::StatusOr<std::unique_ptr<Ipv6Relay>> For(const std::string& address);
  // Everything that the server has sent and closed still goes out, as far as clients read it within a second. So the
  // server ends first.
  ~Ipv6Relay();
  Ipv6Relay(const Ipv6Relay&) = delete;
  Ipv6Relay& operator=(const Ipv6Relay&) = delete;

  // "[HOST]:PORT" with the port that was bound.
  const std::string& address() const { return address_; }
  // Connections go to 127.0.0.1:`port` from now on. Once.
  void Start(int port);

 private:
  Ipv6Relay(UniqueFd listener, std::string address) : listener_(std::move(listener)), address_(std::move(address)) {}

  UniqueFd listener_;
  const std::string address_;
  // Closing the first tells the thread to end; the thread waits on the second.
  UniqueFd stop_;
  UniqueFd stopped_;
  std::thread thread_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_IPV6_RELAY_H_
