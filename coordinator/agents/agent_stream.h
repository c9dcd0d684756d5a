// One call of gRPC's that carries messages to and from an agent, whoever dialled. Knows nothing of what the messages say.
#ifndef FASTEST_COORDINATOR_AGENTS_AGENT_STREAM_H_
#define FASTEST_COORDINATOR_AGENTS_AGENT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "base/net/transport_security.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agents {

// Thread-safe. gRPC has done with it when its listener is told OnOver; whoever owns it deletes it after that, on a thread that is not
// gRPC's (the last one to hold a channel may not be gRPC itself).
class AgentStream {
 public:
  // gRPC's threads call it, for each stream one call at a time. Outlives the streams.
  class Listener {
   public:
    virtual ~Listener() = default;
    // The message and all its parts live on an arena, as long as somebody holds one of them.
    virtual void OnMessage(AgentStream* stream, std::shared_ptr<v1::AgentMessage> message) = 0;
    // Whether the stream may go on reading, asked after each message; if not, ResumeReading() is called later.
    virtual bool MayRead(AgentStream* stream) = 0;
    // The last call. OK: the agent ended the stream in good order.
    virtual void OnOver(AgentStream* stream, const grpc::Status& status) = 0;
  };

  virtual ~AgentStream() = default;
  // Starts to read, and to dial. Once, before all else; with no lock held that the listener takes.
  virtual void Begin() = 0;
  // Queues a message: the caller bounds how many. `rest`, if not null, is the rest of it, written already (Written): what many agents are
  // told lies in memory once.
  virtual void Send(const v1::CoordinatorMessage& message, const grpc::ByteBuffer* rest) = 0;
  // Ends it: with OK after all that is queued, else at once. The first one counts.
  virtual void Close(const grpc::Status& status) = 0;
  virtual void ResumeReading() = 0;
  virtual bool reading_paused() = 0;
};

// A message as gRPC is given it. Two of them, one after the other, are one message with the fields of both.
grpc::ByteBuffer Written(const v1::CoordinatorMessage& message);

// In bytes: a message is read to an arena and freed as a whole, though by another thread, and gRPC's own way would make and free each of
// its parts on the heap.
using JoinReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// For an agent that has dialled in; the reactor is the stream, as gRPC is to be given it.
std::pair<std::unique_ptr<AgentStream>, JoinReactor*> AcceptStream(AgentStream::Listener* listener,
                                                                   grpc::CallbackServerContext* context);

// To the agent at `address`. `run_id`: the run to go on with; empty for a new one.
std::unique_ptr<AgentStream> DialStream(AgentStream::Listener* listener, const TransportSecurity* security,
                                        const std::string& address, const std::string& run_id);

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_STREAM_H_
