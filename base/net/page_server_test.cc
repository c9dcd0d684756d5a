#include "base/net/page_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/net/web_address.h"
#include "base/process/unique_fd.h"

namespace fastest {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A page that lists its query, and three events.
class SomePages : public Pages {
 public:
  std::optional<Page> Get(const std::string& path, const Query& query) override {
    if (path != "/told") return std::nullopt;
    Page page;
    page.content_type = "text/plain";
    for (const auto& [name, value] : query) absl::StrAppend(&page.body, name, "=", value, ";");
    page.sent = [this] { ++sent; };
    return page;
  }
  std::unique_ptr<Events> Follow(const std::string& path) override {
    return path == "/events" ? std::make_unique<Three>() : nullptr;
  }

  std::atomic<int> sent{0};

 private:
  class Three : public Events {
   public:
    bool Next(std::string* data) override {
      // The second event is empty.
      if (++told_ != 2) *data = absl::StrCat("event ", told_);
      return told_ <= 3;
    }

   private:
    int told_ = 0;
  };
};

// A connection to the loopback address of the server's kind.
UniqueFd Connect(const PageServer& server) {
  const auto port = htons(static_cast<uint16_t>(std::stoi(server.address().substr(server.address().rfind(':') + 1))));
  const bool ipv6 = server.address()[0] == '[';
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = port;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 to6 = {};
  to6.sin6_family = AF_INET6;
  to6.sin6_port = port;
  to6.sin6_addr = in6addr_loopback;
  UniqueFd fd(socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* const name = ipv6 ? reinterpret_cast<const sockaddr*>(&to6) : reinterpret_cast<const sockaddr*>(&to);
  EXPECT_EQ(connect(fd.get(), name, ipv6 ? sizeof to6 : sizeof to), 0);
  return fd;
}

// The whole answer to `request`.
std::string Ask(const PageServer& server, const std::string& request) {
  const UniqueFd fd = Connect(server);
  EXPECT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; (got = recv(fd.get(), buffer.data(), buffer.size(), 0)) > 0;) {
    answer.append(buffer.data(), static_cast<size_t>(got));
  }
  return answer;
}

std::string Get(const PageServer& server, const std::string& target, const std::string& host = "localhost") {
  return Ask(server, absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
}

std::unique_ptr<PageServer> Listen(const std::string& address, Pages* pages) {
  auto server = PageServer::Listen(address, pages);
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

class AnyAddress : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(PageServerTest, AnyAddress, testing::Values("localhost:0", "[::1]:0"));

TEST_P(AnyAddress, PagesAndEvents) {
  SomePages pages;
  auto server = Listen(GetParam(), &pages);
  EXPECT_EQ(HostOf(server->address()), HostOf(GetParam()));
  EXPECT_EQ(server->url(), absl::StrCat("http://", server->address(), "/"));
  const std::string page = Get(*server, "/told?b=1%262&a&c=x%20y");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nContent-Length: 15\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\n\r\na=;b=1&2;c=x y;"));
  const std::string events = Get(*server, "/events");
  EXPECT_THAT(events, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(events, HasSubstr("\r\n\r\ndata: event 1\n\n:\n\ndata: event 3\n\n"));
  EXPECT_THAT(Get(*server, "/else"), StartsWith("HTTP/1.1 404 "));
  const std::string posted = Ask(*server, "POST /told HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(posted, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(posted, HasSubstr("\r\nAllow: GET\r\n"));
  // The server waits for calls that are under way.
  server.reset();
  EXPECT_EQ(pages.sent, 1);
}

TEST_P(AnyAddress, OnLoopbackItAnswersToLoopbackNamesOnly) {
  SomePages pages;
  const auto server = Listen(GetParam(), &pages);
  for (const char* host : {"localhost", "localhost:80", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:80"}) {
    EXPECT_THAT(Get(*server, "/told", host), StartsWith("HTTP/1.1 200 ")) << host;
  }
  for (const char* host : {"evil.example", "127.evil.example", "localhost.evil.example", "10.0.0.1", "[::2]:80", ""}) {
    EXPECT_THAT(Get(*server, "/told", host), StartsWith("HTTP/1.1 403 ")) << host;
    EXPECT_THAT(Get(*server, "/events", host), StartsWith("HTTP/1.1 403 ")) << host;
  }
  // An answer has the version of its request.
  EXPECT_THAT(Ask(*server, "GET /told HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 403 "));
}

class AnyInterface : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(PageServerTest, AnyInterface, testing::Values("0.0.0.0:0", "[::]:0"));

TEST_P(AnyInterface, ElsewhereItAsksForItsToken) {
  SomePages pages;
  const auto server = Listen(GetParam(), &pages);
  const std::string start = absl::StrCat("http://", server->address(), "/?token=");
  ASSERT_THAT(server->url(), StartsWith(start));
  const std::string token = server->url().substr(start.size());
  EXPECT_EQ(token.size(), 32u);
  EXPECT_THAT(Get(*server, "/told?token=" + token, "any.example"), StartsWith("HTTP/1.1 200 "));
  for (const std::string& wrong : {std::string(), token.substr(1), token + "0", std::string(32, '0')}) {
    EXPECT_THAT(Get(*server, "/told?token=" + wrong), StartsWith("HTTP/1.1 403 "));
  }
  EXPECT_THAT(Get(*server, "/events"), StartsWith("HTTP/1.1 403 "));
  EXPECT_NE(Listen(GetParam(), &pages)->url().substr(start.size()), token);
}

// More than one piece of the relay, to a client who reads late.
TEST(PageServerTest, ALongAnswerArrivesWhole) {
  class LongPage : public SomePages {
   public:
    std::optional<Page> Get(const std::string&, const Query&) override {
      Page page;
      page.body = std::string(5'000'000, 'x') + "end";
      return page;
    }
  };
  LongPage pages;
  auto server = Listen("[::1]:0", &pages);
  const UniqueFd fd = Connect(*server);
  const std::string request = "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n";
  EXPECT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  const UniqueFd other = Connect(*server);
  EXPECT_THAT(Get(*server, "/"), EndsWith("xend"));
  std::string answer;
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; (got = recv(fd.get(), buffer.data(), buffer.size(), 0)) > 0;) {
    answer.append(buffer.data(), static_cast<size_t>(got));
  }
  EXPECT_GT(answer.size(), 5'000'000u);
  EXPECT_THAT(answer.substr(answer.size() - 4), "xend");
}

TEST_P(AnyAddress, AnAddressThatCannotBeHad) {
  SomePages pages;
  const auto server = Listen(GetParam(), &pages);
  const absl::Status taken = PageServer::Listen(server->address(), &pages).status();
  EXPECT_TRUE(absl::IsInvalidArgument(taken));
  EXPECT_THAT(std::string(taken.message()), StartsWith(server->address() + ": cannot listen there: the port is taken"));
  for (const char* wrong : {"", "80", "localhost", "localhost:x", "::1:80", "localhost:70000", "[::1]", "[::1:0",
                            "[]:0", "[nobody]:0", "[::1]:x", "[2001:db8::1]:0"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(PageServer::Listen(wrong, &pages).status())) << wrong;
  }
}

}  // namespace
}  // namespace fastest
