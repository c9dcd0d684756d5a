// Which hosts can only be this machine, whatever name servers say.
#ifndef FASTEST_BASE_NET_LOOPBACK_H_
#define FASTEST_BASE_NET_LOOPBACK_H_

#include <arpa/inet.h>

#include <string>

namespace fastest {

// "localhost", "[::1]", and the numbers that begin with 127. A name that begins so ("127.example.org") is any machine.
inline bool IsLoopbackHost(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  in_addr number = {};
  constexpr unsigned kLoopback = 127;
  return host.find_first_not_of("0123456789.") == std::string::npos && inet_aton(host.c_str(), &number) != 0 &&
         ntohl(number.s_addr) >> 24 == kLoopback;
}

}  // namespace fastest

#endif  // FASTEST_BASE_NET_LOOPBACK_H_
