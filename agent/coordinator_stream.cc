#include "agent/coordinator_stream.h"

#include <algorithm>
#include <utility>

#include "base/grpc_status.h"

namespace fastest::agent {
namespace {

// Of one Events message, unless a single event is larger.
constexpr size_t kMaxMessageBytes = size_t{4} << 20;
// Workers are not read any more above the first, and again below the second.
constexpr size_t kCongestedBytes = size_t{16} << 20;
constexpr size_t kRelievedBytes = size_t{4} << 20;
// More than this does not linger.
constexpr size_t kLingeringBytes = size_t{256} << 10;

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

bool MayLinger(const v1::AgentMessage::Event& event) {
  if (!event.from_worker().message().has_progress()) return false;
  const auto& results = event.from_worker().message().progress().results();
  return std::all_of(results.begin(), results.end(),
                     [](const v1::TestResult& result) { return result.outcome() == v1::PASSED; });
}

CoordinatorStream::CoordinatorStream(std::shared_ptr<grpc::Channel> channel, EventLoop* loop, Clock* clock,
                                     Callbacks callbacks, absl::Duration linger)
    : loop_(loop),
      clock_(clock),
      linger_(linger),
      callbacks_(std::move(callbacks)),
      stub_(v1::AgentRendezvous::NewStub(channel)) {}

CoordinatorStream::~CoordinatorStream() { loop_->Cancel(linger_timer_); }

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
  const bool may_linger = MayLinger(event) && queued_bytes_ < kLingeringBytes;
  queue_.push_back({std::move(event), bytes});
  if (!may_linger) {
    Flush();
  } else if (!flush_ && linger_timer_ == 0) {
    linger_timer_ = loop_->At(clock_->Now() + linger_, [this] { Flush(); });
  }
  SetCongested();
}

void CoordinatorStream::CloseWrites() {
  closing_ = true;
  Flush();
}

void CoordinatorStream::Cancel() { context_.TryCancel(); }

void CoordinatorStream::Flush() {
  loop_->Cancel(linger_timer_);
  linger_timer_ = 0;
  flush_ = true;
  WriteNext();
}

void CoordinatorStream::WriteNext() {
  if (!flush_ || writing_ || read_ended_ || closed_) return;
  if (queue_.empty()) {
    flush_ = false;
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
  loop_->Cancel(linger_timer_);
  linger_timer_ = 0;
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
