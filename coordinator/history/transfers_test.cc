#include "coordinator/history/transfers.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace fastest::history {
namespace {

using ::testing::HasSubstr;

// A port of this machine that nobody else has. If it listens, it takes connections, and nobody answers.
class Port {
 public:
  explicit Port(bool listens) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd_, any, size), 0);
    EXPECT_EQ(getsockname(fd_, any, &size), 0);
    if (listens) {
      EXPECT_EQ(listen(fd_, 50), 0);
    }
    url_ = absl::StrCat("http://127.0.0.1:", ntohs(address.sin_port), "/");
  }
  ~Port() { close(fd_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  int fd() const { return fd_; }
  const std::string& url() const { return url_; }

 private:
  const int fd_;
  std::string url_;
};

// A server on this machine that gives each connection one answer, chosen by the test, and hangs up.
class Server {
 public:
  // Takes the number of the request, from 1, and its bytes.
  using Answer = std::function<std::string(int number, const std::string& request)>;

  explicit Server(Answer answer) : answer_(std::move(answer)), port_(/*listens=*/true) {
    thread_ = std::thread([this] { Serve(); });
  }
  ~Server() {
    shutdown(port_.fd(), SHUT_RDWR);
    thread_.join();
  }

  const std::string& url() const { return port_.url(); }
  int requests() const { return requests_; }

 private:
  void Serve() {
    while (true) {
      const int connection = accept(port_.fd(), nullptr, nullptr);
      if (connection < 0) return;
      const std::string request = Receive(connection);
      std::string answer = answer_(++requests_, request);
      while (!answer.empty()) {
        const ssize_t sent = send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        answer.erase(0, static_cast<size_t>(sent));
      }
      close(connection);
    }
  }
  // Receives up to the end of the headers, and of a body that says "end".
  static std::string Receive(int connection) {
    std::string request;
    char part[4096];
    while (!absl::StrContains(request, "\r\n\r\n") ||
           (absl::StartsWith(request, "PUT") && !absl::EndsWith(request, "end"))) {
      const ssize_t n = read(connection, part, sizeof(part));
      if (n <= 0) break;
      request.append(part, static_cast<size_t>(n));
    }
    return request;
  }

  const Answer answer_;
  const Port port_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

std::string Http(int status, const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(), "\r\nConnection: close\r\n\r\n",
                      body);
}

HttpRequest Get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

class TransfersTest : public testing::Test {
 protected:
  TransfersTest() {
    auto made = Transfers::Make();
    EXPECT_TRUE(made.ok()) << made.status();
    transfers_ = *std::move(made);
  }
  absl::StatusOr<HttpResponse> DoOne(HttpRequest request, absl::Duration within = absl::Minutes(1)) {
    return transfers_->Do({std::move(request)}, {absl::Now() + within})[0];
  }
  std::unique_ptr<Transfers> transfers_;
};

TEST_F(TransfersTest, AnswersComeInTheOrderOfTheRequests) {
  Server server(
      [](int /*number*/, const std::string& request) { return Http(200, request.substr(0, request.find(" HTTP"))); });
  std::vector<HttpRequest> requests;
  requests.reserve(60);
  for (int i = 0; i < 60; ++i) requests.push_back(Get(absl::StrCat(server.url(), "a/../", i, "%20?x=/%2F")));
  const auto responses = transfers_->Do(requests, {absl::Now() + absl::Minutes(1)});
  ASSERT_EQ(responses.size(), 60u);
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(responses[static_cast<size_t>(i)].ok()) << responses[static_cast<size_t>(i)].status();
    EXPECT_EQ(responses[static_cast<size_t>(i)]->body, absl::StrCat("GET /a/../", i, "%20?x=/%2F"));
  }
  EXPECT_TRUE(transfers_->Do({}, {absl::Now() + absl::Minutes(1)}).empty());
}

TEST_F(TransfersTest, ABodyAndHeadersAreSentAndSigned) {
  Server server([](int /*number*/, const std::string& request) { return Http(201, request); });
  HttpRequest request = Get(server.url() + "x");
  request.method = "PUT";
  request.body = std::string("a\0b end", 7);
  request.headers = {"x-amz-content-sha256: digest", "x-amz-security-token: session"};
  request.sigv4 = "aws:amz:eu-west-1:s3";
  request.key_id = "id";
  request.secret = "hush";
  const auto response = DoOne(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 201);
  const std::string& seen = response->body;
  EXPECT_TRUE(absl::StartsWith(seen, "PUT /x HTTP/1.1\r\n"));
  EXPECT_TRUE(absl::EndsWith(seen, "\r\n\r\n" + request.body));
  EXPECT_THAT(seen, HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"));
  EXPECT_THAT(seen, testing::Not(HasSubstr("hush")));
}

TEST_F(TransfersTest, PassingTroubleIsTriedAgain) {
  Server server([](int number, const std::string& /*request*/) {
    if (number == 1) return Http(503, "later");
    if (number == 2) return std::string();
    return Http(200, "good");
  });
  const auto response = DoOne(Get(server.url()));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "good");
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(TransfersTest, ARefusalIsNotTriedAgain) {
  Server server([](int /*number*/, const std::string& /*request*/) { return Http(403, "no"); });
  const auto response = DoOne(Get(server.url()));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(TransfersTest, TroubleThatDoesNotPassEndsIt) {
  Server server([](int /*number*/, const std::string& /*request*/) { return Http(500, "broken"); });
  const auto response = DoOne(Get(server.url()));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 500);
  EXPECT_GT(server.requests(), 1);
}

TEST_F(TransfersTest, WhoDoesNotAnswerIsNotWaitedForBeyondTheDeadline) {
  const Port silent(/*listens=*/true);
  const std::vector<HttpRequest> requests(40, Get(silent.url()));
  for (const auto& response : transfers_->Do(requests, {absl::Now() + absl::Milliseconds(300)})) {
    EXPECT_FALSE(response.ok());
  }
}

TEST_F(TransfersTest, WhoIsInterruptedWaitsForNothing) {
  const Port silent(/*listens=*/true);
  const std::vector<HttpRequest> requests(40, Get(silent.url()));
  int asked = 0;
  for (const auto& response : transfers_->Do(requests, {absl::InfiniteFuture(), [&] { return ++asked > 50; }})) {
    EXPECT_FALSE(response.ok());
  }
  EXPECT_EQ(std::string(DoOne(Get(silent.url()), absl::ZeroDuration()).status().message()), "no answer in time");
}

TEST_F(TransfersTest, WhereNobodyListensIsAnError) {
  const Port deaf(/*listens=*/false);
  EXPECT_THAT(std::string(DoOne(Get(deaf.url())).status().message()), HasSubstr("Failed to connect"));
}

TEST_F(TransfersTest, WhatIsTooLargeIsNotTakenWhole) {
  Server server([](int /*number*/, const std::string& /*request*/) {
    return absl::StrCat("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n", std::string(size_t{65} << 20, 'x'));
  });
  EXPECT_EQ(std::string(DoOne(Get(server.url())).status().message()), "the answer is too large");
}

TEST_F(TransfersTest, OnlyHttpIsSpoken) { EXPECT_FALSE(DoOne(Get("file:///etc/hostname")).ok()); }

}  // namespace
}  // namespace fastest::history
