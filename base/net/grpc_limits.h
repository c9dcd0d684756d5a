// What both sides of every stream agree on: sizes, and how soon a silent peer counts as gone.
#ifndef FASTEST_BASE_NET_GRPC_LIMITS_H_
#define FASTEST_BASE_NET_GRPC_LIMITS_H_

#include <grpcpp/grpcpp.h>

#include <string>

namespace fastest {

// A message carries at most a worker's frame (64 MiB) of text.
constexpr int kMaxMessageBytes = 80 << 20;
// Between two pings on a silent connection. NAT boxes and firewalls forget a silent connection after a minute or so,
// and a peer that has vanished must be noticed before its lease ends.
constexpr int kKeepaliveMs = 10000;
// A busy side answers late. A lease notices a vanished one sooner.
constexpr int kKeepaliveTimeoutMs = 60000;

// Metadata of Agent.Serve: the run that the coordinator would resume (proto/agent_service.proto).
constexpr char kRunMetadata[] = "fastest-run";

// For a client that dials `address`.
inline grpc::ChannelArguments ClientArguments(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  // A proxy that the environment names is for the world outside.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each dial makes a connection of its own: a new stream must not get the connection that broke.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // How long a connection may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  if (address.rfind("unix:", 0) != 0) {
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  }
  return arguments;
}

// For a server.
inline void PrepareServer(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder->SetMaxSendMessageSize(kMaxMessageBytes);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kKeepaliveMs / 2);
  // Two programs on one port would take turns at random.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace fastest

#endif  // FASTEST_BASE_NET_GRPC_LIMITS_H_
