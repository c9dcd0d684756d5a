#include "base/net/grpc_status.h"

#include <cstddef>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fastest {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

std::string PlainReason(const std::string& message) {
  const size_t host = message.rfind("remote host: ");
  if (host != std::string::npos) return message.substr(host + 13);
  if (absl::StartsWith(message, "DNS resolution failed")) return "its name is not known";
  if (message.empty() || message == "Stream removed" || absl::StrContains(message, "Socket closed")) {
    return "the connection broke";
  }
  if (absl::StrContains(message, "Handshake") || absl::StrContains(message, "Ssl") ||
      absl::StrContains(message, "SSL")) {
    return absl::StrCat("no secure connection: do both sides speak TLS, with certificates of one authority? (", message,
                        ")");
  }
  return message;
}

}  // namespace fastest
