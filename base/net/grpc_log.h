// gRPC's own log lines, which are for its developers: our programs say themselves what goes wrong.
#ifndef FASTEST_BASE_NET_GRPC_LOG_H_
#define FASTEST_BASE_NET_GRPC_LOG_H_

namespace fastest {

// Drops gRPC's log lines, unless the user asks for them with GRPC_VERBOSITY. To be called before gRPC is used. The
// program sets no variable for that: tests would find it in their environment.
void SilenceGrpcLog();

}  // namespace fastest

#endif  // FASTEST_BASE_NET_GRPC_LOG_H_
