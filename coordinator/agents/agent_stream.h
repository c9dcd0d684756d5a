// One gRPC call that carries messages to and from an agent, whoever dialled. It does not know what the messages say.
#ifndef FASTEST_COORDINATOR_AGENTS_AGENT_STREAM_H_
#define FASTEST_COORDINATOR_AGENTS_AGENT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "base/net/transport_security.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agents {

// Thread-safe. gRPC is done with a stream when the listener is told OnOver. The owner deletes the stream after that, on
// a thread that is not gRPC's (gRPC itself may not be the last holder of a channel).
class AgentStream {
 public:
  // Called by gRPC's threads, for each stream one call at a time. Outlives the streams.
  class Listener {
   public:
    virtual ~Listener() = default;
    // The message and its parts live on an arena, as long as somebody holds one of them.
    virtual void OnMessage(AgentStream* stream, std::shared_ptr<v1::AgentMessage> message) = 0;
    // Asked after each message: may the stream read on? If not, the listener calls ResumeReading() later.
    virtual bool MayRead(AgentStream* stream) = 0;
    // The last call. OK: the agent ended the stream in good order.
    virtual void OnOver(AgentStream* stream, const grpc::Status& status) = 0;
  };

  virtual ~AgentStream() = default;
  // Starts to read, and to dial. Called once, without a lock that the listener takes.
  virtual void Begin() = 0;
  // Queues a message; the caller bounds how many. `rest`, if not null, is the rest of the message, already serialized
  // by Written(): a part that many agents are told is kept in memory once.
  virtual void Send(const v1::CoordinatorMessage& message, const grpc::ByteBuffer* rest) = 0;
  // Ends the stream: with OK after all queued messages, else at once. The first call counts.
  virtual void Close(const grpc::Status& status) = 0;
  virtual void ResumeReading() = 0;
  virtual bool reading_paused() = 0;
};

// The message as bytes for gRPC. The bytes of two messages, one after the other, are one message with the fields of
// both.
grpc::ByteBuffer Written(const v1::CoordinatorMessage& message);

// In bytes: a message is parsed onto an arena and freed as a whole, though by another thread. gRPC's own way would
// allocate and free each part on the heap.
using JoinReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// For an agent that has dialled in. The reactor is the stream itself, to be returned to gRPC.
std::pair<std::unique_ptr<AgentStream>, JoinReactor*> AcceptStream(AgentStream::Listener* listener,
                                                                   grpc::CallbackServerContext* context);

// To the agent at `address`. `run_id`: the run to resume; empty: a new run.
std::unique_ptr<AgentStream> DialStream(AgentStream::Listener* listener, const TransportSecurity* security,
                                        const std::string& address, const std::string& run_id);

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_STREAM_H_
