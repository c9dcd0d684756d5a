#include "agent/coordinator_stream.h"

#include <algorithm>
#include <utility>

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

bool MayLinger(const v1::AgentMessage::Event& event) {
  if (!event.from_worker().message().has_progress()) return false;
  const auto& results = event.from_worker().message().progress().results();
  return std::all_of(results.begin(), results.end(),
                     [](const v1::TestResult& result) { return result.outcome() == v1::PASSED; });
}

CoordinatorStream::CoordinatorStream(std::unique_ptr<Transport> transport, EventLoop* loop, Clock* clock,
                                     Callbacks callbacks, absl::Duration linger)
    : loop_(loop), clock_(clock), linger_(linger), callbacks_(std::move(callbacks)), transport_(std::move(transport)) {}

CoordinatorStream::~CoordinatorStream() { loop_->Cancel(linger_timer_); }

void CoordinatorStream::Start(const v1::AgentMessage::Hello& hello) {
  *outgoing_.mutable_hello() = hello;
  writing_ = true;
  transport_->Start(this);
  transport_->Write(&outgoing_);
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

void CoordinatorStream::Cancel() { transport_->Cancel(); }

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
    transport_->CloseWrites();
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
  transport_->Write(&outgoing_);
}

void CoordinatorStream::OnWritten(bool ok) {
  writing_ = false;
  ReleaseIfOver();
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
  ReleaseIfOver();
}

void CoordinatorStream::OnDone(const absl::Status& status) { callbacks_.on_done(status); }

void CoordinatorStream::ReleaseIfOver() {
  if (!read_ended_ || writing_ || released_) return;
  released_ = true;
  transport_->Release();
}

void CoordinatorStream::SetCongested() {
  const bool congested = congested_ ? queued_bytes_ > kRelievedBytes : queued_bytes_ > kCongestedBytes;
  if (congested == congested_) return;
  congested_ = congested;
  callbacks_.on_congestion(congested);
}

}  // namespace fastest::agent
