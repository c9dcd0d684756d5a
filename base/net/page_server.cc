#include "base/net/page_server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/net/loopback.h"
#include "base/net/transport_security.h"
#include "base/net/web_address.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"

namespace fastest {
namespace {

// A connection takes a thread. Followers keep theirs; the other threads serve what the followers fetch.
constexpr int kMostFollowers = 16;
constexpr int kThreads = kMostFollowers + 8;
// For a request to come, and for a piece of an answer to go. Browsers open connections in advance, without a request:
// such a connection may delay the end for so long.
constexpr int kPatienceMs = 1000;
constexpr size_t kPiece = size_t{1} << 16;
// How long the end of the server waits for an answer before it asks again.
constexpr suseconds_t kKnockUs = 50'000;

std::string NewToken() {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return "";
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Pages::Query QueryOf(const char* text) {
  Pages::Query query;
  // The library cuts the text into pieces.
  std::string pieces = text == nullptr ? "" : text;
  std::vector<mg_header> fields(static_cast<size_t>(mg_split_form_urlencoded(pieces.data(), nullptr, 0)));
  if (fields.empty()) return query;
  const int count = mg_split_form_urlencoded(pieces.data(), fields.data(), static_cast<unsigned>(fields.size()));
  fields.resize(static_cast<size_t>(std::max(0, count)));
  for (const mg_header& field : fields) query.emplace(field.name, field.value == nullptr ? "" : field.value);
  return query;
}

bool Send(mg_connection* connection, const std::string& text) {
  for (size_t at = 0; at < text.size(); at += kPiece) {
    const size_t size = std::min(kPiece, text.size() - at);
    if (mg_write(connection, text.data() + at, size) != static_cast<int>(size)) return false;
  }
  return true;
}

// The head of an answer.
class Head {
 public:
  Head(mg_connection* connection, int status, const std::string& content_type) : connection_(connection) {
    mg_response_header_start(connection, status);
    Add("Content-Type", content_type);
    // The address may hold a token: no other site is to learn it, or to show the page in a frame.
    Add("Cache-Control", "no-store");
    Add("X-Content-Type-Options", "nosniff");
    Add("X-Frame-Options", "DENY");
    Add("Referrer-Policy", "no-referrer");
    Add("Cross-Origin-Resource-Policy", "same-origin");
    Add("Connection", "close");
  }

  void Add(const char* name, const std::string& value) {
    mg_response_header_add(connection_, name, value.data(), static_cast<int>(value.size()));
  }
  void Send() { mg_response_header_send(connection_); }

 private:
  mg_connection* const connection_;
};

// `allow`: the methods that the page takes, if the answer is to name them.
bool SendPage(mg_connection* connection, const Pages::Page& page, const char* allow = nullptr) {
  Head head(connection, page.status, page.content_type);
  head.Add("Content-Length", absl::StrCat(page.body.size()));
  if (allow != nullptr) head.Add("Allow", allow);
  head.Send();
  return Send(connection, page.body);
}

Pages::Page Problem(int status, const std::string& text) {
  return {"text/plain; charset=utf-8", absl::StrCat(text, "\n"), status, nullptr};
}

int SayNothing(const mg_connection* /*connection*/, const char* /*message*/) { return 1; }

// Where this machine reaches a server that listens at `address`.
sockaddr_in WhereToKnock(const std::string& address) {
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  const std::string host(HostOf(address));
  if (inet_pton(AF_INET, host.c_str(), &to.sin_addr) != 1) to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return to;
}

// Makes a connection and waits for its end. False: nobody takes connections there any more.
bool Knock(const sockaddr_in& to) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return false;
  const timeval limit = {0, kKnockUs};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) return errno != ECONNREFUSED;
  // Without a host or a token, it is answered at once, and no page is asked for.
  constexpr char kRequest[] = "GET / HTTP/1.0\r\n\r\n";
  if (send(fd.get(), kRequest, sizeof(kRequest) - 1, MSG_NOSIGNAL) < 0) return errno != ECONNRESET;
  char answer = 0;
  return recv(fd.get(), &answer, 1, 0) >= 0 || errno != ECONNRESET;
}

// The library's thread that waits for connections looks for the end every other second, or when a connection comes. So
// one is made, and another one as long as the thread took them for ordinary ones.
void Stop(mg_context* context, const std::string& address) {
  absl::Notification stopped;
  std::thread stop([&] {
    mg_stop(context);
    stopped.Notify();
  });
  const sockaddr_in to = WhereToKnock(address);
  while (!stopped.HasBeenNotified() && Knock(to)) {
  }
  stop.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PageServer>> PageServer::Listen(const std::string& address, Pages* pages) {
  ASSIGN_OR_RETURN(std::unique_ptr<Ipv6Relay> relay, Ipv6Relay::For(address));
  ASSIGN_OR_RETURN(const std::string where, NumericAddress(relay == nullptr ? address : kBehindRelay));
  const std::string host(HostOf(address));
  auto server = std::unique_ptr<PageServer>(new PageServer(pages));
  if (!IsLoopbackHost(std::string(host))) {
    server->token_ = NewToken();
    if (server->token_.empty()) return absl::InvalidArgumentError(absl::StrCat(address, ": no token can be made"));
  }
  const std::string threads = absl::StrCat(kThreads);
  const std::string patience = absl::StrCat(kPatienceMs);
  const std::vector<const char*> options = {"listening_ports",
                                            where.c_str(),
                                            "num_threads",
                                            threads.c_str(),
                                            "request_timeout_ms",
                                            patience.c_str(),
                                            "access_control_allow_origin",
                                            "",
                                            "enable_directory_listing",
                                            "no",
                                            nullptr};
  mg_callbacks callbacks = {};
  callbacks.log_message = SayNothing;
  server->context_ = mg_start(&callbacks, nullptr, const_cast<const char**>(options.data()));
  mg_server_port port = {};
  if (server->context_ == nullptr || mg_get_server_ports(server->context_, 1, &port) < 1) {
    return CannotListen(address);
  }
  server->own_address_ = absl::StrCat(HostOf(where), ":", port.port);
  server->address_ = relay == nullptr ? absl::StrCat(host, ":", port.port) : relay->address();
  mg_set_request_handler(server->context_, "**", &PageServer::Handle, server.get());
  if (relay != nullptr) relay->Start(port.port);
  server->relay_ = std::move(relay);
  return server;
}

PageServer::PageServer(Pages* pages) : pages_(pages) { mg_init_library(0); }

PageServer::~PageServer() {
  if (context_ != nullptr) Stop(context_, own_address_);
  mg_exit_library();
}

std::string PageServer::url() const {
  return absl::StrCat("http://", address_, "/", token_.empty() ? "" : "?token=", token_);
}

int PageServer::Handle(mg_connection* connection, void* server) {
  static_cast<PageServer*>(server)->Answer(connection);
  // Any number says that the request was answered.
  return 200;
}

std::string PageServer::WhyForbidden(mg_connection* connection, const Pages::Query& query) const {
  if (!token_.empty()) {
    const auto token = query.find("token");
    if (token != query.end() && SameSecret(token->second, token_)) return "";
    return "The address that the run told has a token, which is needed here.";
  }
  const char* const host = mg_get_header(connection, "Host");
  if (host != nullptr && IsLoopbackHost(std::string(HostOf(host)))) return "";
  return "This is for who calls this machine localhost, or by a number.";
}

void PageServer::Answer(mg_connection* connection) {
  const mg_request_info* const request = mg_get_request_info(connection);
  const Pages::Query query = QueryOf(request->query_string);
  if (const std::string why = WhyForbidden(connection, query); !why.empty()) {
    SendPage(connection, Problem(403, why));
    return;
  }
  if (absl::string_view(request->request_method) != "GET") {
    SendPage(connection, Problem(405, "There is nothing here but to GET."), "GET");
    return;
  }
  const std::string path = request->local_uri == nullptr ? "" : request->local_uri;
  if (const std::optional<Pages::Page> page = pages_->Get(path, query); page.has_value()) {
    if (SendPage(connection, *page) && page->sent) page->sent();
    return;
  }
  if (followers_.fetch_add(1) >= kMostFollowers) {
    SendPage(connection, Problem(503, "Too many browsers follow this run: close another page of it."));
  } else if (const std::unique_ptr<Pages::Events> events = pages_->Follow(path); events != nullptr) {
    SendEvents(connection, *events);
  } else {
    SendPage(connection, Problem(404, "There is no such page."));
  }
  --followers_;
}

void PageServer::SendEvents(mg_connection* connection, Pages::Events& events) {
  Head(connection, 200, "text/event-stream").Send();
  std::string data;
  while (events.Next(&data)) {
    if (!Send(connection, data.empty() ? ":\n\n" : absl::StrCat("data: ", data, "\n\n"))) return;
    data.clear();
  }
}

}  // namespace fastest
