// gRPC's statuses and absl's, turned into each other; nowhere else is that done. The codes are the same numbers by
// design.
#ifndef FASTEST_BASE_NET_GRPC_STATUS_H_
#define FASTEST_BASE_NET_GRPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace fastest {

// Keeps code and message. Drops payloads and gRPC's binary details.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

// Why there is no connection, from gRPC's message: without the parts that only gRPC's developers care for.
std::string PlainReason(const std::string& message);

}  // namespace fastest

#endif  // FASTEST_BASE_NET_GRPC_STATUS_H_
