// Where the web servers within our programs listen: HOST:PORT, port 0 for any. IPv6 goes through an Ipv6Relay.
#ifndef FASTEST_BASE_NET_WEB_ADDRESS_H_
#define FASTEST_BASE_NET_WEB_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/net/transport_security.h"

namespace fastest {

// The host of HOST:PORT, or of a host alone.
inline absl::string_view HostOf(absl::string_view address) {
  const size_t colon = address.rfind(':');
  return colon == absl::string_view::npos || absl::EndsWith(address, "]") ? address : address.substr(0, colon);
}

// The address as civetweb takes it, with a number for the host. InvalidArgument: this is no HOST:PORT.
inline absl::StatusOr<std::string> NumericAddress(const std::string& address) {
  if (const std::string wrong = WhyNotHostPort(address, 0); !wrong.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(address, ": ", wrong));
  }
  const absl::string_view host = HostOf(address);
  return absl::StrCat(host == "localhost" ? "127.0.0.1" : host, address.substr(host.size()));
}

// civetweb says only that it did not start.
inline absl::Status CannotListen(const std::string& address) {
  return absl::InvalidArgumentError(absl::StrCat(
      address, ": cannot listen there: the port is taken, or the host is not this machine's (as a number)"));
}

}  // namespace fastest

#endif  // FASTEST_BASE_NET_WEB_ADDRESS_H_
