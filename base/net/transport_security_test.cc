#include "base/net/transport_security.h"

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string File(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path) << content;
  return path;
}

TransportSecurity Load(const SecurityOptions& options) {
  auto security = TransportSecurity::Load(options);
  EXPECT_TRUE(security.ok()) << security.status();
  return security.ok() ? *std::move(security) : TransportSecurity();
}

TEST(AddressTest, LoopbackIsWhatCanOnlyBeThisMachine) {
  for (const char* address : {"unix:/x", "localhost:1", "127.0.0.1:1", "127.3.2.1:1", "[::1]:1", "ipv4:127.0.0.1:1"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "farm:1", "localhost.example:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(AddressTest, HostPort) {
  for (const char* address : {"a:1", "10.0.0.1:65535", "[::1]:80"})
    EXPECT_EQ(WhyNotHostPort(address, 1), "") << address;
  EXPECT_EQ(WhyNotHostPort("a:0", 0), "");
  for (const char* address : {"", "a", ":1", "a:", "a:0", "a:x", "a:65536", "::1:80"}) {
    EXPECT_THAT(WhyNotHostPort(address, 1), HasSubstr("is not HOST:PORT")) << address;
  }
}

TEST(TransportSecurityTest, PlainTextStaysOnThisMachine) {
  const TransportSecurity plain = Load({});
  EXPECT_TRUE(plain.MayListen("127.0.0.1:0").ok());
  EXPECT_TRUE(plain.MayDial("localhost:7070").ok());
  EXPECT_THAT(std::string(plain.MayListen("0.0.0.0:7070").message()), HasSubstr("--insecure"));
  EXPECT_THAT(std::string(plain.MayDial("farm:7070").message()), HasSubstr("--tls-ca"));
  SecurityOptions insecure;
  insecure.insecure = true;
  EXPECT_TRUE(Load(insecure).MayListen("0.0.0.0:7070").ok());
  EXPECT_TRUE(Load(insecure).MayDial("farm:7070").ok());
}

TEST(TransportSecurityTest, TlsAloneDoesNotTellWhoComes) {
  SecurityOptions options;
  options.tls_cert = File("cert", "certificate");
  options.tls_key = File("key", "key");
  EXPECT_THAT(std::string(Load(options).MayListen("0.0.0.0:1").message()), HasSubstr("anybody could come"));
  options.token_file = File("token", "secret\n");
  EXPECT_TRUE(Load(options).MayListen("0.0.0.0:1").ok());
  options.token_file = "";
  options.tls_ca = File("ca", "authority");
  EXPECT_TRUE(Load(options).MayListen("0.0.0.0:1").ok());

  SecurityOptions client;
  client.tls_ca = options.tls_ca;
  EXPECT_THAT(std::string(Load(client).MayDial("farm:1").message()), HasSubstr("--token-file"));
  client.token_file = File("token", "secret\n");
  EXPECT_TRUE(Load(client).MayDial("farm:1").ok());
}

TEST(TransportSecurityTest, ErrorsNameTheOptionAndNeverTheToken) {
  const auto error = [](const SecurityOptions& options) {
    return std::string(TransportSecurity::Load(options).status().message());
  };
  SecurityOptions options;
  options.tls_cert = File("cert", "certificate");
  EXPECT_THAT(error(options), HasSubstr("--tls-key"));
  options.tls_key = "/no/such/key";
  EXPECT_THAT(error(options), HasSubstr("--tls-key /no/such/key"));
  SecurityOptions token;
  token.token_file = File("empty", "");
  EXPECT_THAT(error(token), HasSubstr("--token-file"));
  token.token_file = File("blank", " \n");
  EXPECT_THAT(error(token), HasSubstr("no token in it"));
  token.token_file = File("two", "open sesame\n");
  EXPECT_THAT(error(token), HasSubstr("one word"));
  EXPECT_THAT(error(token), Not(HasSubstr("sesame")));
}

}  // namespace
}  // namespace fastest
