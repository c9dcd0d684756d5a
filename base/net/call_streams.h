// The two ends of a call as streams of messages: the one that dialled, and the one that was dialled.
#ifndef FASTEST_BASE_NET_CALL_STREAMS_H_
#define FASTEST_BASE_NET_CALL_STREAMS_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "base/net/message_stream.h"

namespace fastest {

// Close(OK) tells the other side that no message follows, and the stream goes on until the other side ends it. Another
// status cancels the call: a client cannot say one. OnOver gets the server's status.
template <class In, class Out>
class ClientMessageStream : public MessageStream<grpc::ClientBidiReactor<Out, In>, In, Out> {
 protected:
  ClientMessageStream() : MessageStream<grpc::ClientBidiReactor<Out, In>, In, Out>(StreamLife::kDialled) {}

  grpc::ClientContext& context() { return context_; }

  // Starts the call, which has been prepared with context() and this as its reactor.
  void Begin() {
    // The owner writes from outside of gRPC's calls: gRPC may not end the call under it. Taken back in EndWrites.
    this->AddHold();
    const bool given_up = this->Open();
    this->StartCall();
    if (given_up) this->CloseAsAsked();
  }

 private:
  void OnDone(const grpc::Status& status) final { this->Over(status); }
  void TryCancel() final { context_.TryCancel(); }
  void EndWrites(const grpc::Status& status) final {
    if (status.ok()) {
      this->StartWritesDone();
    } else {
      context_.TryCancel();
    }
    this->RemoveHold();
  }

  grpc::ClientContext context_;
};

// Close() ends the call for both sides with its status. OnOver: Unavailable if the call broke or was cancelled, else
// OK.
template <class In, class Out>
class ServerMessageStream : public MessageStream<grpc::ServerBidiReactor<In, Out>, In, Out> {
 protected:
  // `context`: of the call; gRPC takes it away with the end of OnOver.
  explicit ServerMessageStream(grpc::CallbackServerContext* context)
      : MessageStream<grpc::ServerBidiReactor<In, Out>, In, Out>(StreamLife::kAccepted), context_(context) {}

  // Starts to read, unless the stream has been closed.
  void Begin() { this->Open(); }

 private:
  void OnCancel() final {
    cancelled_ = true;
    this->CloseIfOpen(grpc::Status::CANCELLED);
  }
  void OnDone() final {
    this->Over(cancelled_ ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "its stream broke") : grpc::Status::OK);
  }
  void TryCancel() final { context_->TryCancel(); }
  void EndWrites(const grpc::Status& status) final { this->Finish(status); }

  grpc::CallbackServerContext* const context_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_CALL_STREAMS_H_
