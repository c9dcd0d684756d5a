#include "base/net/page_server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/net/transport_security.h"
#include "base/net/web_address.h"
#include "base/process/unique_fd.h"
#include "base/status_macros.h"

namespace fastest {
namespace {

// A connection takes a thread. Followers keep theirs; the rest is for what they fetch.
constexpr int kMostFollowers = 16;
constexpr int kThreads = kMostFollowers + 8;
// For a request to come, and for a piece of an answer to go. Browsers open connections in advance, without a request: one of those would hold
// up the end for so long.
constexpr int kPatienceMs = 1000;
constexpr size_t kPiece = size_t{1} << 16;

// Whether a host can only be this machine, whatever name servers say.
bool IsLoopbackHost(absl::string_view host) {
  const bool number = std::all_of(host.begin(), host.end(), [](char c) { return c == '.' || ('0' <= c && c <= '9'); });
  return host == "localhost" || host == "[::1]" || (number && absl::StartsWith(host, "127."));
}

std::string NewToken() {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return "";
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Pages::Query QueryOf(const char* text) {
  Pages::Query query;
  if (text == nullptr) return query;
  for (const absl::string_view pair : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
    std::string value(parts.second.size() + 1, '\0');
    const int size = mg_url_decode(parts.second.data(), static_cast<int>(parts.second.size()), value.data(),
                                   static_cast<int>(value.size()), 1);
    value.resize(static_cast<size_t>(std::max(0, size)));
    query.emplace(parts.first, std::move(value));
  }
  return query;
}

const char* ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

bool Send(mg_connection* connection, const std::string& text) {
  for (size_t at = 0; at < text.size(); at += kPiece) {
    const size_t size = std::min(kPiece, text.size() - at);
    if (mg_write(connection, text.data() + at, size) != static_cast<int>(size)) return false;
  }
  return true;
}

// The address may hold a token: nobody else is to learn it, or to have what is here in a frame.
std::string Head(int status, absl::string_view content_type, absl::string_view more) {
  return absl::StrCat("HTTP/1.1 ", status, " ", ReasonOf(status), "\r\nContent-Type: ", content_type,
                      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
                      "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n",
                      more, "Connection: close\r\n\r\n");
}

bool SendPage(mg_connection* connection, const Pages::Page& page, absl::string_view more = "") {
  return Send(connection,
              Head(page.status, page.content_type, absl::StrCat("Content-Length: ", page.body.size(), "\r\n", more))) &&
         Send(connection, page.body);
}

Pages::Page Problem(int status, const std::string& text) {
  return {"text/plain; charset=utf-8", absl::StrCat(text, "\n"), status, nullptr};
}

int SayNothing(const mg_connection* /*connection*/, const char* /*message*/) { return 1; }

// The library's thread that waits for connections looks for the end only every other second, or when one comes.
void Stop(mg_context* context, const std::string& address) {
  std::atomic<bool> stopped{false};
  std::thread stop([&] {
    mg_stop(context);
    stopped = true;
  });
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  const std::string host(HostOf(address));
  if (inet_pton(AF_INET, host.c_str(), &to.sin_addr) != 1) to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  while (!stopped) {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    static_cast<void>(connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  stop.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PageServer>> PageServer::Listen(const std::string& address, Pages* pages) {
  ASSIGN_OR_RETURN(const std::string where, NumericAddress(address));
  const std::string host(HostOf(address));
  auto server = std::unique_ptr<PageServer>(new PageServer(pages));
  if (!IsLoopbackHost(host)) {
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
  server->address_ = absl::StrCat(host, ":", port.port);
  mg_set_request_handler(server->context_, "**", &PageServer::Handle, server.get());
  return server;
}

PageServer::PageServer(Pages* pages) : pages_(pages) { mg_init_library(0); }

PageServer::~PageServer() {
  if (context_ != nullptr) Stop(context_, address_);
  mg_exit_library();
}

std::string PageServer::url() const {
  return absl::StrCat("http://", address_, "/", token_.empty() ? "" : "?token=", token_);
}

int PageServer::Handle(mg_connection* connection, void* server) {
  static_cast<PageServer*>(server)->Answer(connection);
  // Any number says that it was answered.
  return 200;
}

std::string PageServer::WhyForbidden(mg_connection* connection, const Pages::Query& query) const {
  if (!token_.empty()) {
    const auto token = query.find("token");
    if (token != query.end() && SameSecret(token->second, token_)) return "";
    return "The address that the run told has a token, which is needed here.";
  }
  const char* const host = mg_get_header(connection, "Host");
  if (host != nullptr && IsLoopbackHost(HostOf(host))) return "";
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
    SendPage(connection, Problem(405, "There is nothing here but to GET."), "Allow: GET\r\n");
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
  if (!Send(connection, Head(200, "text/event-stream", ""))) return;
  std::string data;
  while (events.Next(&data)) {
    if (!Send(connection, data.empty() ? ":\n\n" : absl::StrCat("data: ", data, "\n\n"))) return;
    data.clear();
  }
}

}  // namespace fastest
