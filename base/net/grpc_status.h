// The only place where gRPC's statuses and our own are turned into each other: the codes are the same numbers by
// design.
#ifndef FASTEST_BASE_NET_GRPC_STATUS_H_
#define FASTEST_BASE_NET_GRPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace fastest {

// Code and message are kept; payloads and gRPC's binary details are not.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

// What gRPC says of a connection that there is not, without what only its developers care for.
std::string PlainReason(const std::string& message);

}  // namespace fastest

#endif  // FASTEST_BASE_NET_GRPC_STATUS_H_
