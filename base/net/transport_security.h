// Who may talk to whom, and how it is kept from others: TLS, tokens, and the rule that plain text is for this machine only.
#ifndef FASTEST_BASE_NET_TRANSPORT_SECURITY_H_
#define FASTEST_BASE_NET_TRANSPORT_SECURITY_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fastest {

// As both programs' options name them. Paths; empty: not given.
struct SecurityOptions {
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
  // Plain text is good enough, also over a network.
  bool insecure = false;
};

// "unix:PATH", or HOST:PORT whose host can only be this machine.
bool IsLoopback(const std::string& address);

// Whether two secrets are the same, in a time that says nothing of where they differ, nor of their length. Thread-safe.
bool SameSecret(absl::string_view a, absl::string_view b);

// Empty if `address` is HOST:PORT with a port from `lowest_port` on, else what is wrong with it, for the user.
std::string WhyNotHostPort(const std::string& address, int lowest_port);

// One side's keys and token, read once. Immutable, thread-safe.
class TransportSecurity {
 public:
  // Reads the files. InvalidArgument names the option that lacks its partner, or the file that can't be read.
  static absl::StatusOr<TransportSecurity> Load(const SecurityOptions& options);

  // InvalidArgument if whoever listens at (dials) `address` would do so without TLS on more than this machine, or could not tell who
  // comes (show who it is).
  absl::Status MayListen(const std::string& address) const;
  absl::Status MayDial(const std::string& address) const;

  // For an address for which the above says OK. With a CA the server demands a client's certificate unless a token
  // is asked for instead.
  std::shared_ptr<grpc::ServerCredentials> ForServer(const std::string& address) const;
  std::shared_ptr<grpc::ChannelCredentials> ForClient(const std::string& address) const;

  // Adds the token, if there is one, to what is said when a stream is opened.
  void Present(grpc::ClientContext* context) const;
  // UNAUTHENTICATED if a token is asked for and the caller has not shown it.
  grpc::Status Admit(const grpc::CallbackServerContext& context) const;

 private:
  bool has_tls() const { return !ca_.empty() || !cert_.empty(); }
  bool UsesTls(const std::string& address) const;

  bool insecure_ = false;
  std::string ca_;
  std::string cert_;
  std::string key_;
  std::string token_;
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_TRANSPORT_SECURITY_H_
