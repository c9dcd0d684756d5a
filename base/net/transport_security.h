// Who may talk to whom, and how others are kept out: TLS, tokens, and the rule that plain text is for this machine
// only.
#ifndef FASTEST_BASE_NET_TRANSPORT_SECURITY_H_
#define FASTEST_BASE_NET_TRANSPORT_SECURITY_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fastest {

// The names of a program's options, for messages to its user.
struct SecurityFlags {
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
  std::string insecure;
};

// Paths; empty: not given.
struct SecurityOptions {
  SecurityFlags flags;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
  // Plain text will do, also over a network.
  bool insecure = false;
};

// Whether the address is "unix:PATH", or HOST:PORT with a host that can only be this machine.
bool IsLoopback(const std::string& address);

// Whether two secrets are the same. The time that this takes tells neither where they differ nor how long they are.
// Thread-safe.
bool SameSecret(absl::string_view a, absl::string_view b);

// Empty: `address` is HOST:PORT with a port from `lowest_port` on. Else what is wrong with it, for the user.
std::string WhyNotHostPort(const std::string& address, int lowest_port);

// One side's keys and token, read once. Immutable, thread-safe. Default-constructed: neither keys nor a token.
class TransportSecurity {
 public:
  // Reads the files. InvalidArgument names the option that lacks its partner, or the file that cannot be read.
  static absl::StatusOr<TransportSecurity> Load(const SecurityOptions& options);

  // InvalidArgument: this side would listen at (dial) `address` without TLS, though it is not this machine's alone; or
  // it could not tell who comes (could not show who it is).
  absl::Status MayListen(const std::string& address) const;
  absl::Status MayDial(const std::string& address) const;

  // For an address that MayListen (MayDial) allows. With a CA the server demands a client's certificate, unless it asks
  // for a token instead.
  std::shared_ptr<grpc::ServerCredentials> ForServer(const std::string& address) const;
  std::shared_ptr<grpc::ChannelCredentials> ForClient(const std::string& address) const;

  // Adds the token, if there is one, to the metadata of a call.
  void Present(grpc::ClientContext* context) const;
  // UNAUTHENTICATED: a token is needed, and the caller has not shown it.
  grpc::Status Admit(const grpc::CallbackServerContext& context) const;

 private:
  bool has_tls() const { return !ca_.empty() || !cert_.empty(); }
  bool UsesTls(const std::string& address) const;

  SecurityFlags flags_;
  bool insecure_ = false;
  std::string ca_;
  std::string cert_;
  std::string key_;
  std::string token_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_TRANSPORT_SECURITY_H_
