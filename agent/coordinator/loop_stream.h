// A gRPC stream for an agent's loop: what gRPC's threads say is told to a Transport::Listener on the loop's thread.
#ifndef FASTEST_AGENT_COORDINATOR_LOOP_STREAM_H_
#define FASTEST_AGENT_COORDINATOR_LOOP_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "agent/coordinator/transport.h"
#include "base/net/grpc_status.h"
#include "base/process/event_loop.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// `Stream`: a ClientMessageStream or a ServerMessageStream of these messages.
template <class Stream>
class LoopStream : public Stream {
 public:
  // `loop` outlives the stream.
  template <class... Arguments>
  explicit LoopStream(EventLoop* loop, Arguments... arguments) : Stream(arguments...), loop_(loop) {}

 protected:
  // Before Begin().
  void set_listener(Transport::Listener* listener) { listener_ = listener; }

  // The listener may destroy the stream after this.
  void OnOver(const grpc::Status& status) override {
    // Nobody listens to a stream that was not begun.
    if (listener_ == nullptr) return;
    loop_->Post([listener = listener_, status] { listener->OnDone(FromGrpcStatus(status)); });
  }

 private:
  grpc::Status OnMessage(v1::CoordinatorMessage* incoming) final {
    // Shared, since std::function copies what it holds.
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->Swap(incoming);
    loop_->Post([listener = listener_, message] { listener->OnMessage(std::move(*message)); });
    return grpc::Status::OK;
  }
  void OnWritten(bool ok) final {
    loop_->Post([listener = listener_, ok] { listener->OnWritten(ok); });
  }

  EventLoop* const loop_;
  Transport::Listener* listener_ = nullptr;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_LOOP_STREAM_H_
