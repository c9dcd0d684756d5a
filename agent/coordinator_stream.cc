#include "agent/coordinator_stream.h"

#include <utility>

#include "base/grpc_status.h"

namespace fastest::agent {
namespace {

// Of one Events message, unless a single event is larger.
constexpr size_t kMaxMessageBytes = size_t{4} << 20;
// Workers are not read any more above the first, and again below the second.
constexpr size_t kCongestedBytes = size_t{16} << 20;
constexpr size_t kRelievedBytes = size_t{4} << 20;

}  // namespace

class CoordinatorStream::Reactor : public grpc::ClientBidiReactor<v1::AgentMessage, v1::CoordinatorMessage> {
 public:
  explicit Reactor(CoordinatorStream* stream) : stream_(stream) {}

  void Start() {
    // The loop starts writes when it likes: gRPC may not end the call under it. Taken back in OnReadEnd.
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    CoordinatorStream* const stream = stream_;
    if (!ok) {
      stream->loop_->Post([stream] { stream->OnReadEnd(); });
      return;
    }
    // Shared, since std::function copies what it holds.
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->Swap(&incoming_);
    stream->loop_->Post([stream, message] { stream->callbacks_.on_message(std::move(*message)); });
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    stream_->loop_->Post([stream = stream_, ok] { stream->OnWritten(ok); });
  }

  void OnDone(const grpc::Status& status) override {
    stream_->loop_->Post([stream = stream_, status] {
      stream->done_ = true;
      stream->callbacks_.on_done(FromGrpcStatus(status));
    });
  }

 private:
  CoordinatorStream* const stream_;
  v1::CoordinatorMessage incoming_;
};

CoordinatorStream::CoordinatorStream(std::shared_ptr<grpc::Channel> channel, EventLoop* loop, Callbacks callbacks)
    : loop_(loop), callbacks_(std::move(callbacks)), stub_(v1::AgentRendezvous::NewStub(channel)) {}

CoordinatorStream::~CoordinatorStream() = default;

void CoordinatorStream::Start(const v1::AgentMessage::Hello& hello) {
  reactor_ = std::make_unique<Reactor>(this);
  stub_->async()->Join(&context_, reactor_.get());
  *outgoing_.mutable_hello() = hello;
  writing_ = true;
  reactor_->StartWrite(&outgoing_);
  reactor_->Start();
}

void CoordinatorStream::Send(v1::AgentMessage::Event event) {
  if (closing_ || read_ended_) return;
  const size_t bytes = event.ByteSizeLong();
  queued_bytes_ += bytes;
  queue_.push_back({std::move(event), bytes});
  WriteNext();
  SetCongested();
}

void CoordinatorStream::CloseWrites() {
  closing_ = true;
  WriteNext();
}

void CoordinatorStream::Cancel() { context_.TryCancel(); }

void CoordinatorStream::WriteNext() {
  if (writing_ || read_ended_ || closed_) return;
  if (queue_.empty()) {
    if (!closing_) return;
    closed_ = true;
    reactor_->StartWritesDone();
    return;
  }
  outgoing_.Clear();
  v1::AgentMessage::Events* events = outgoing_.mutable_events();
  size_t bytes = 0;
  do {
    bytes += queue_.front().bytes;
    events->add_events()->Swap(&queue_.front().event);
    queue_.pop_front();
  } while (!queue_.empty() && bytes + queue_.front().bytes <= kMaxMessageBytes);
  queued_bytes_ -= bytes;
  writing_ = true;
  reactor_->StartWrite(&outgoing_);
}

void CoordinatorStream::OnWritten(bool ok) {
  writing_ = false;
  // The stream is broken; its end comes by the read.
  if (!ok) return;
  WriteNext();
  SetCongested();
}

void CoordinatorStream::OnReadEnd() {
  read_ended_ = true;
  queue_.clear();
  queued_bytes_ = 0;
  SetCongested();
  reactor_->RemoveHold();
}

void CoordinatorStream::SetCongested() {
  const bool congested = congested_ ? queued_bytes_ > kRelievedBytes : queued_bytes_ > kCongestedBytes;
  if (congested == congested_) return;
  congested_ = congested;
  callbacks_.on_congestion(congested);
}

}  // namespace fastest::agent
