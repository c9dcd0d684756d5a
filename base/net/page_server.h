// Pages for browsers over HTTP, with events as they happen.
#ifndef FASTEST_BASE_NET_PAGE_SERVER_H_
#define FASTEST_BASE_NET_PAGE_SERVER_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/net/ipv6_relay.h"

struct mg_connection;
struct mg_context;

namespace fastest {

// What a PageServer serves. Called on threads of the server's, several at once.
class Pages {
 public:
  using Query = std::map<std::string, std::string>;
  struct Page {
    std::string content_type;
    std::string body;
    // 200; or another status, and the body says why.
    int status = 200;
    // Called once the whole page has gone out; empty: nothing is called.
    std::function<void()> sent;
  };
  // Server-sent events for one browser; destroyed when the browser has gone.
  class Events {
   public:
    virtual ~Events() = default;
    // Waits for the next event's data (a line without its end), some seconds at most. An empty line keeps the
    // connection alive. False: no event follows.
    virtual bool Next(std::string* data) = 0;
  };

  virtual ~Pages() = default;
  // Unset: there is no such page.
  virtual std::optional<Page> Get(const std::string& path, const Query& query) = 0;
  // Null: there are no events at this path.
  virtual std::unique_ptr<Events> Follow(const std::string& path) = 0;
};

// Answers GET and nothing else. At a loopback address it answers only requests whose host is a loopback name: a web
// page from elsewhere, whose host name was made to mean this machine, gets nothing. At other addresses it asks for a
// token in the query.
class PageServer {
 public:
  // HOST:PORT, of IPv4; port 0: any. `pages` must outlive the server. InvalidArgument: this is no address, or cannot be
  // had.
  static absl::StatusOr<std::unique_ptr<PageServer>> Listen(const std::string& address, Pages* pages);
  // Waits for calls of `pages` that are under way. Events must come to their end for that.
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  // HOST:PORT with the port that was bound.
  const std::string& address() const { return address_; }
  // For a browser's address line; has the token, if one is needed.
  std::string url() const;

 private:
  explicit PageServer(Pages* pages);

  static int Handle(mg_connection* connection, void* server);
  void Answer(mg_connection* connection);
  void SendEvents(mg_connection* connection, Pages::Events& events);
  // Empty: the request may be answered.
  std::string WhyForbidden(mg_connection* connection, const Pages::Query& query) const;

  Pages* const pages_;
  // Null unless the address is one of IPv6. Ends after the server.
  std::unique_ptr<Ipv6Relay> relay_;
  // Differ where there is a relay.
  std::string address_;
  std::string own_address_;
  // Empty: no token is needed.
  std::string token_;
  std::atomic<int> followers_{0};
  mg_context* context_ = nullptr;
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_PAGE_SERVER_H_
