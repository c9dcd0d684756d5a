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

absl::StatusOr<TransportSecurity> TryLoad(SecurityOptions options) {
  options.flags = {"--tls-ca", "--tls-cert", "--tls-key", "--token-file", "--insecure"};
  return TransportSecurity::Load(options);
}

TransportSecurity Load(const SecurityOptions& options) {
  auto security = TryLoad(options);
  EXPECT_TRUE(security.ok()) << security.status();
  return security.ok() ? *std::move(security) : TransportSecurity();
}

TEST(AddressTest, LoopbackIsWhatCanOnlyBeThisMachine) {
  for (const char* address : {"unix:/x", "localhost:1", "127.0.0.1:1", "127.3.2.1:1", "[::1]:1", "ipv4:127.0.0.1:1"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "farm:1", "localhost.example:1", "127.any.name:1",
                              "127.0.0.1.example.org:1"}) {
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
  EXPECT_EQ(
      plain.MayListen("0.0.0.0:7070").message(),
      "0.0.0.0:7070 can be reached from other machines: give --tls-cert and --tls-key, and --tls-ca or --token-file "
      "to know who comes, or allow plain text with --insecure");
  EXPECT_EQ(plain.MayDial("farm:7070").message(),
            "farm:7070 is another machine: give --tls-ca, and --tls-cert and --tls-key or --token-file, or allow plain "
            "text with --insecure");
  SecurityOptions insecure;
  insecure.insecure = true;
  EXPECT_TRUE(Load(insecure).MayListen("0.0.0.0:7070").ok());
  EXPECT_TRUE(Load(insecure).MayDial("farm:7070").ok());
}

TEST(TransportSecurityTest, TlsAloneDoesNotTellWhoComes) {
  SecurityOptions options;
  options.tls_cert = File("cert", "certificate");
  options.tls_key = File("key", "key");
  EXPECT_EQ(
      Load(options).MayListen("0.0.0.0:1").message(),
      "anybody could come to 0.0.0.0:1: give --tls-ca (clients' certificates) or --token-file, or allow that with "
      "--insecure");
  options.token_file = File("token", "secret\n");
  EXPECT_TRUE(Load(options).MayListen("0.0.0.0:1").ok());
  options.token_file = "";
  options.tls_ca = File("ca", "authority");
  EXPECT_TRUE(Load(options).MayListen("0.0.0.0:1").ok());

  SecurityOptions client;
  client.tls_ca = options.tls_ca;
  EXPECT_EQ(Load(client).MayListen("0.0.0.0:1").message(),
            "who listens with TLS needs a certificate: give --tls-cert and --tls-key");
  // TLS was asked for: this machine alone is no reason to do without.
  EXPECT_EQ(Load(client).MayListen("127.0.0.1:0").message(),
            "who listens with TLS needs a certificate: give --tls-cert and --tls-key");
  EXPECT_TRUE(Load(client).MayListen("unix:/run/s").ok());
  EXPECT_EQ(Load(client).MayDial("farm:1").message(),
            "nothing tells farm:1 who comes: give --tls-cert and --tls-key, or --token-file");
  client.token_file = File("token", "secret\n");
  EXPECT_TRUE(Load(client).MayDial("farm:1").ok());
}

TEST(TransportSecurityTest, ErrorsNameTheOptionAndNeverTheToken) {
  const auto error = [](const SecurityOptions& options) { return std::string(TryLoad(options).status().message()); };
  SecurityOptions options;
  options.tls_cert = File("cert", "certificate");
  EXPECT_EQ(error(options), "--tls-cert and --tls-key need each other: give both");
  options.tls_key = "/no/such/key";
  EXPECT_EQ(error(options), "--tls-key /no/such/key: cannot be read or is empty");
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
