#include "base/net/ipv6_relay.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <list>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/net/web_address.h"

namespace fastest {
namespace {

constexpr size_t kPiece = size_t{1} << 16;
// More than the threads of any of our servers. A client beyond that waits until another has gone.
constexpr size_t kMostConnections = 64;
constexpr absl::Duration kLastWords = absl::Seconds(1);

// One direction of a connection.
class Pipe {
 public:
  Pipe(int from, int to) : from_(from), to_(to) {}

  bool wants_to_read() const { return !ended_ && buffer_.size() < kPiece; }
  bool wants_to_write() const { return !buffer_.empty(); }
  // Nothing more comes, and everything has been passed on.
  bool done() const { return ended_ && buffer_.empty(); }

  // False: the connection is broken.
  bool Read() {
    std::array<char, kPiece> piece;
    const ssize_t size = recv(from_, piece.data(), piece.size(), 0);
    if (size < 0) return WouldBlock();
    if (size == 0) ended_ = true;
    buffer_.append(piece.data(), static_cast<size_t>(size));
    return ForwardEnd();
  }
  bool Write() {
    const ssize_t size = send(to_, buffer_.data(), buffer_.size(), MSG_NOSIGNAL);
    if (size < 0) return WouldBlock();
    buffer_.erase(0, static_cast<size_t>(size));
    return ForwardEnd();
  }

 private:
  static bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
  bool ForwardEnd() {
    if (done()) shutdown(to_, SHUT_WR);
    return true;
  }

  const int from_;
  const int to_;
  std::string buffer_;
  bool ended_ = false;
};

// A client and its connection to the server.
class Connection {
 public:
  Connection(UniqueFd client, UniqueFd server)
      : client_(std::move(client)),
        server_(std::move(server)),
        there_(client_.get(), server_.get()),
        back_(server_.get(), client_.get()) {}

  void AddTo(std::vector<pollfd>& polled) const {
    polled.push_back(Wanted(client_.get(), there_, back_));
    polled.push_back(Wanted(server_.get(), back_, there_));
  }
  // With what poll() said of the two descriptors. False: the connection is over.
  bool Turn(const pollfd& client, const pollfd& server) {
    if (!Pass(client, server, there_) || !Pass(server, client, back_)) return false;
    return !back_.done();
  }

 private:
  static pollfd Wanted(int fd, const Pipe& from, const Pipe& to) {
    const int events = (from.wants_to_read() ? POLLIN : 0) | (to.wants_to_write() ? POLLOUT : 0);
    // A descriptor of which nothing is wanted would still tell of its end, again and again.
    return {events == 0 ? -1 : fd, static_cast<short>(events), 0};
  }
  static bool Pass(const pollfd& from, const pollfd& to, Pipe& pipe) {
    constexpr int kReadable = POLLIN | POLLHUP | POLLERR;
    if ((from.revents & kReadable) != 0 && pipe.wants_to_read() && !pipe.Read()) return false;
    return (to.revents & (POLLOUT | POLLERR)) == 0 || !pipe.wants_to_write() || pipe.Write();
  }

  const UniqueFd client_;
  const UniqueFd server_;
  Pipe there_;
  Pipe back_;
};

UniqueFd Connect(int port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Loopback answers at once, with a connection or without.
  if (!fd.valid() || connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) return UniqueFd();
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  return fd;
}

void Accept(int listener, int port, std::list<Connection>& connections) {
  UniqueFd client(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client.valid()) return;
  UniqueFd server = Connect(port);
  if (server.valid()) connections.emplace_back(std::move(client), std::move(server));
}

// Until `stop` is closed, and then until all is passed on, for a second at most.
void Relay(int listener, int stop, int port) {
  std::list<Connection> connections;
  absl::Time deadline = absl::InfiniteFuture();
  bool stopping = false;
  while (!stopping || (!connections.empty() && absl::Now() < deadline)) {
    const bool room = connections.size() < kMostConnections;
    std::vector<pollfd> polled = {{stopping ? -1 : stop, POLLIN, 0}, {stopping || !room ? -1 : listener, POLLIN, 0}};
    for (const Connection& connection : connections) connection.AddTo(polled);
    const int64_t left_ms = stopping ? std::max<int64_t>(0, absl::ToInt64Milliseconds(deadline - absl::Now())) : -1;
    if (poll(polled.data(), polled.size(), static_cast<int>(left_ms)) < 0) continue;
    size_t at = 2;
    for (auto connection = connections.begin(); connection != connections.end(); at += 2) {
      connection = connection->Turn(polled[at], polled[at + 1]) ? std::next(connection) : connections.erase(connection);
    }
    if ((polled[1].revents & POLLIN) != 0) Accept(listener, port, connections);
    if (polled[0].revents != 0) {
      stopping = true;
      deadline = absl::Now() + kLastWords;
    }
  }
}

// The numeric address of [HOST]:PORT, with an optional %SCOPE.
bool Resolve(const std::string& address, sockaddr_in6* found) {
  const absl::string_view host = HostOf(address);
  const std::string inner(host.substr(1, host.size() - 2));
  addrinfo hints = {};
  hints.ai_family = AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* answers = nullptr;
  const std::string port(address.substr(host.size() + 1));
  if (getaddrinfo(inner.c_str(), port.c_str(), &hints, &answers) != 0) return false;
  *found = *reinterpret_cast<const sockaddr_in6*>(answers->ai_addr);
  freeaddrinfo(answers);
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ipv6Relay>> Ipv6Relay::For(const std::string& address) {
  const absl::string_view host = HostOf(address);
  if (!WhyNotHostPort(address, 0).empty() || host.size() < 2 || host.front() != '[' || host.back() != ']') {
    return nullptr;
  }
  sockaddr_in6 where = {};
  if (!Resolve(address, &where)) return CannotListen(address);
  UniqueFd listener(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.valid()) return CannotListen(address);
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  socklen_t size = sizeof(where);
  auto* const name = reinterpret_cast<sockaddr*>(&where);
  if (bind(listener.get(), name, size) != 0 || listen(listener.get(), SOMAXCONN) != 0 ||
      getsockname(listener.get(), name, &size) != 0) {
    return CannotListen(address);
  }
  std::string bound = absl::StrCat(host, ":", ntohs(where.sin6_port));
  return absl::WrapUnique(new Ipv6Relay(std::move(listener), std::move(bound)));
}

void Ipv6Relay::Start(int port) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  stopped_.reset(ends[0]);
  stop_.reset(ends[1]);
  thread_ = std::thread(Relay, listener_.get(), stopped_.get(), port);
}

Ipv6Relay::~Ipv6Relay() {
  stop_.reset();
  if (thread_.joinable()) thread_.join();
}

}  // namespace fastest
