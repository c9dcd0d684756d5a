#include "base/net/transport_security.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/net/loopback.h"
#include "base/status_macros.h"

namespace fastest {
namespace {

constexpr char kTokenKey[] = "fastest-token";

absl::StatusOr<std::string> ReadOption(const std::string& flag, const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  if (!file.is_open() || file.bad() || content.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(flag, " ", path, ": cannot be read or is empty"));
  }
  return content;
}

}  // namespace

bool SameSecret(absl::string_view a, absl::string_view b) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest_a;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest_b;
  SHA256(reinterpret_cast<const unsigned char*>(a.data()), a.size(), digest_a.data());
  SHA256(reinterpret_cast<const unsigned char*>(b.data()), b.size(), digest_b.data());
  return CRYPTO_memcmp(digest_a.data(), digest_b.data(), digest_a.size()) == 0;
}

bool IsLoopback(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return true;
  std::string host = address.substr(0, address.rfind(':'));
  for (const char* scheme : {"ipv4:", "ipv6:"}) {
    if (absl::StartsWith(host, scheme)) host = host.substr(5);
  }
  return IsLoopbackHost(host);
}

std::string WhyNotHostPort(const std::string& address, int lowest_port) {
  const size_t colon = address.rfind(':');
  int port = 0;
  const bool is_host = colon != std::string::npos && colon > 0;
  if (is_host && absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= lowest_port && port <= 65535 &&
      (address.find(':') == colon || address[0] == '[')) {
    return "";
  }
  return absl::StrCat("\"", address, "\" is not HOST:PORT with a port from ", lowest_port, " to 65535");
}

absl::StatusOr<TransportSecurity> TransportSecurity::Load(const SecurityOptions& options) {
  TransportSecurity security;
  const SecurityFlags& flags = security.flags_ = options.flags;
  security.insecure_ = options.insecure;
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flags.tls_cert, " and ", flags.tls_key, " need each other: give both"));
  }
  ASSIGN_OR_RETURN(security.ca_, ReadOption(flags.tls_ca, options.tls_ca));
  ASSIGN_OR_RETURN(security.cert_, ReadOption(flags.tls_cert, options.tls_cert));
  ASSIGN_OR_RETURN(security.key_, ReadOption(flags.tls_key, options.tls_key));
  ASSIGN_OR_RETURN(const std::string token, ReadOption(flags.token_file, options.token_file));
  security.token_ = std::string(absl::StripAsciiWhitespace(token));
  const std::string token_file = absl::StrCat(flags.token_file, " ", options.token_file);
  for (const char c : security.token_) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError(
          absl::StrCat(token_file, ": a token is one word of printable ASCII characters"));
    }
  }
  if (!options.token_file.empty() && security.token_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(token_file, ": there is no token in it"));
  }
  return security;
}

absl::Status TransportSecurity::MayListen(const std::string& address) const {
  const std::string certificate = absl::StrCat(flags_.tls_cert, " and ", flags_.tls_key);
  // On this machine, too: TLS was asked for.
  if (UsesTls(address) && cert_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("who listens with TLS needs a certificate: give ", certificate));
  }
  if (IsLoopback(address) || insecure_) return absl::OkStatus();
  if (!has_tls()) {
    return absl::InvalidArgumentError(absl::StrCat(address, " can be reached from other machines: give ", certificate,
                                                   ", and ", flags_.tls_ca, " or ", flags_.token_file,
                                                   " to know who comes, or allow plain text with ", flags_.insecure));
  }
  if (ca_.empty() && token_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("anybody could come to ", address, ": give ", flags_.tls_ca,
                                                   " (clients' certificates) or ", flags_.token_file,
                                                   ", or allow that with ", flags_.insecure));
  }
  return absl::OkStatus();
}

absl::Status TransportSecurity::MayDial(const std::string& address) const {
  const std::string certificate = absl::StrCat(flags_.tls_cert, " and ", flags_.tls_key);
  if (IsLoopback(address) || insecure_) return absl::OkStatus();
  if (!has_tls()) {
    return absl::InvalidArgumentError(absl::StrCat(address, " is another machine: give ", flags_.tls_ca, ", and ",
                                                   certificate, " or ", flags_.token_file,
                                                   ", or allow plain text with ", flags_.insecure));
  }
  if (cert_.empty() && token_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("nothing tells ", address, " who comes: give ", certificate, ", or ", flags_.token_file));
  }
  return absl::OkStatus();
}

bool TransportSecurity::UsesTls(const std::string& address) const {
  return has_tls() && !absl::StartsWith(address, "unix:");
}

std::shared_ptr<grpc::ServerCredentials> TransportSecurity::ForServer(const std::string& address) const {
  if (!UsesTls(address) || cert_.empty()) return grpc::InsecureServerCredentials();
  const bool ask = !ca_.empty();
  grpc::SslServerCredentialsOptions options(!ask ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                            : token_.empty()
                                                ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = ca_;
  options.pem_key_cert_pairs.push_back({key_, cert_});
  return grpc::SslServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> TransportSecurity::ForClient(const std::string& address) const {
  if (!UsesTls(address)) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ca_;
  options.pem_private_key = key_;
  options.pem_cert_chain = cert_;
  return grpc::SslCredentials(options);
}

void TransportSecurity::Present(grpc::ClientContext* context) const {
  if (!token_.empty()) context->AddMetadata(kTokenKey, token_);
}

grpc::Status TransportSecurity::Admit(const grpc::CallbackServerContext& context) const {
  if (token_.empty()) return grpc::Status::OK;
  const auto& metadata = context.client_metadata();
  const auto shown = metadata.find(kTokenKey);
  if (shown != metadata.end() && SameSecret({shown->second.data(), shown->second.size()}, token_))
    return grpc::Status::OK;
  // A certificate of the CA will do, too.
  const auto auth = context.auth_context();
  if (!ca_.empty() && auth != nullptr && auth->IsPeerAuthenticated()) return grpc::Status::OK;
  return grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                      absl::StrCat(shown == metadata.end() ? "no token was shown" : "the token is another one",
                                   ": both sides need the same ", flags_.token_file));
}

}  // namespace fastest
