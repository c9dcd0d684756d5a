#include "agent/coordinator/coordinator_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::agent {
namespace {

// Of one Events message, unless a single event is larger.
constexpr size_t kMaxMessageBytes = size_t{4} << 20;
// Workers are not read any more above the first, and again below the second.
constexpr size_t kCongestedBytes = size_t{16} << 20;
constexpr size_t kRelievedBytes = size_t{4} << 20;
// More than this does not linger.
constexpr size_t kLingeringBytes = size_t{256} << 10;
// Between attempts to reach a coordinator whose stream broke. The first comes at once; then a random part of these, so that not all
// agents come at the same time.
constexpr absl::Duration kFirstWait = absl::Milliseconds(50);
constexpr absl::Duration kLongestWait = absl::Seconds(1);
// What one attempt gets at least, whatever the lease.
constexpr absl::Duration kAttempt = absl::Seconds(1);

// The coordinator has spoken: the run is over for this agent, and another stream would end in the same way.
bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool MayLinger(const v1::AgentMessage::Event& event) {
  if (!event.from_worker().message().has_progress()) return false;
  const auto& results = event.from_worker().message().progress().results();
  return std::all_of(results.begin(), results.end(),
                     [](const v1::TestResult& result) { return result.outcome() == v1::PASSED; });
}

CoordinatorStream::CoordinatorStream(std::unique_ptr<Transport> transport, EventLoop* loop, Clock* clock,
                                     Callbacks callbacks, absl::Duration linger)
    : loop_(loop),
      clock_(clock),
      linger_(linger),
      callbacks_(std::move(callbacks)),
      first_transport_(std::move(transport)) {}

CoordinatorStream::~CoordinatorStream() {
  for (const EventLoop::TimerId timer : {linger_timer_, dial_timer_, beat_timer_}) loop_->Cancel(timer);
}

void CoordinatorStream::Start(const v1::AgentMessage::Hello& hello) {
  hello_ = hello;
  Open(std::move(first_transport_));
  open_ = true;
}

void CoordinatorStream::Keep(const std::string& run_id, absl::Duration lease, Dial dial) {
  run_id_ = run_id;
  dial_ = std::move(dial);
  link_.Keep(lease, clock_->Now());
  SetBeat();
}

void CoordinatorStream::Forgo() {
  forgone_ = true;
  if (call_ == nullptr) Finish(absl::UnavailableError("the coordinator is out of reach"));
}

void CoordinatorStream::Resume(std::unique_ptr<Transport> transport) { Open(std::move(transport)); }

void CoordinatorStream::Open(std::unique_ptr<Transport> transport) {
  DropCall();
  loop_->Cancel(dial_timer_);
  dial_timer_ = 0;
  opened_at_ = clock_->Now();
  v1::AgentMessage greeting;
  *greeting.mutable_hello() = hello_;
  if (link_.kept()) {
    greeting.mutable_hello()->mutable_resume()->set_run_id(run_id_);
    greeting.mutable_hello()->mutable_resume()->set_received(link_.received());
  }
  call_ = std::make_unique<Call>(this, std::move(transport));
  call_->Start();
  call_->Write(std::move(greeting));
}

void CoordinatorStream::DropCall() {
  open_ = false;
  if (call_ == nullptr) return;
  call_->Drop();
  dropped_.push_back(std::move(call_));
}

void CoordinatorStream::Redial() {
  if (dial_ == nullptr || over_) return;
  const double part = absl::Uniform(random_, 0.5, 1.0);
  dial_timer_ = loop_->At(clock_->Now() + part * wait_, [this] { Open(dial_()); });
  wait_ = std::clamp(2 * wait_, kFirstWait, kLongestWait);
}

void CoordinatorStream::SetBeat() {
  beat_timer_ = loop_->At(clock_->Now() + link_.beat() / 4, [this] { Beat(); });
}

void CoordinatorStream::Beat() {
  const absl::Time now = clock_->Now();
  if (link_.LeaseOver(now)) {
    Finish(absl::UnavailableError(
        absl::StrCat("the coordinator was not heard of for ", absl::FormatDuration(link_.lease()))));
    return;
  }
  if (call_ != nullptr && !forgone_) {
    const bool useless = open_ ? link_.Silent(now) : now - opened_at_ >= std::max(link_.beat(), kAttempt);
    if (useless) {
      DropCall();
      Redial();
    }
  }
  WriteNext();
  SetBeat();
}

void CoordinatorStream::Send(v1::AgentMessage::Event event) {
  if (closing_ || over_) return;
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

void CoordinatorStream::Cancel() {
  forgone_ = true;
  if (call_ != nullptr) {
    call_->Cancel();
  } else {
    Finish(absl::CancelledError("the stream was given up"));
  }
}

void CoordinatorStream::Flush() {
  loop_->Cancel(linger_timer_);
  linger_timer_ = 0;
  flush_ = true;
  WriteNext();
}

void CoordinatorStream::WriteNext() {
  if (call_ == nullptr || !open_ || !call_->MayWrite()) return;
  if (!link_.HasNext() && flush_ && !queue_.empty()) {
    v1::AgentMessage message;
    v1::AgentMessage::Events* events = message.mutable_events();
    size_t bytes = 0;
    do {
      bytes += queue_.front().bytes;
      events->add_events()->Swap(&queue_.front().event);
      queue_.pop_front();
    } while (!queue_.empty() && bytes + queue_.front().bytes <= kMaxMessageBytes);
    queued_bytes_ -= bytes;
    link_.Add(std::move(message));
  }
  const absl::Time now = clock_->Now();
  v1::AgentMessage message;
  if (link_.HasNext()) {
    message = link_.TakeNext(now);
  } else {
    flush_ = false;
    if (closing_) {
      call_->CloseWrites();
      return;
    }
    if (pong_ == 0 && !link_.OwesSign(now)) return;
    link_.Stamp(&message, now);
  }
  message.set_pong(std::exchange(pong_, 0));
  call_->Write(std::move(message));
}

void CoordinatorStream::OnMessage(v1::CoordinatorMessage message) {
  const absl::Time now = clock_->Now();
  const Arrival arrival = link_.Receive(message, now);
  if (arrival == Arrival::kGap) {
    DropCall();
    Redial();
    return;
  }
  if (message.ping() != 0) pong_ = message.ping();
  if (message.has_resume()) {
    if (message.resume().run_id() != run_id_ || !link_.Resume(message.resume().received(), now)) {
      Finish(absl::InternalError("the coordinator would go on with something else than was begun"));
      return;
    }
    open_ = true;
    wait_ = absl::ZeroDuration();
  } else if (arrival != Arrival::kRepeated && message.message_case() != v1::CoordinatorMessage::MESSAGE_NOT_SET) {
    callbacks_.on_message(std::move(message));
  }
  WriteNext();
  SetCongested();
}

void CoordinatorStream::OnWritten() {
  WriteNext();
  SetCongested();
}

void CoordinatorStream::OnCallDone(Call* call, const absl::Status& status) {
  // Until the end of this function.
  std::unique_ptr<Call> done;
  if (call == call_.get()) {
    done = std::move(call_);
    open_ = false;
    if (forgone_ || !link_.kept() || IsFinal(status)) {
      Finish(status);
    } else {
      Redial();
    }
  } else {
    const auto it = std::find_if(dropped_.begin(), dropped_.end(), [&](const auto& one) { return one.get() == call; });
    done = std::move(*it);
    dropped_.erase(it);
  }
  TellIfOver();
}

void CoordinatorStream::Finish(const absl::Status& status) {
  if (over_) return;
  over_ = true;
  status_ = status;
  for (const EventLoop::TimerId timer : {linger_timer_, dial_timer_, beat_timer_}) loop_->Cancel(timer);
  DropCall();
  queue_.clear();
  queued_bytes_ = 0;
  if (std::exchange(congested_, false)) callbacks_.on_congestion(false);
  // Whoever brought this about is in the midst of something.
  loop_->Post([this] { TellIfOver(); });
}

void CoordinatorStream::TellIfOver() {
  if (!over_ || told_ || call_ != nullptr || !dropped_.empty()) return;
  told_ = true;
  callbacks_.on_done(status_);
}

void CoordinatorStream::SetCongested() {
  if (over_) return;
  const size_t bytes = queued_bytes_ + link_.bytes();
  const bool congested = congested_ ? bytes > kRelievedBytes : bytes > kCongestedBytes;
  if (congested == congested_) return;
  congested_ = congested;
  callbacks_.on_congestion(congested);
}

void CoordinatorStream::Call::Write(v1::AgentMessage message) {
  outgoing_ = std::move(message);
  writing_ = true;
  transport_->Write(&outgoing_);
}

void CoordinatorStream::Call::CloseWrites() {
  closed_ = true;
  transport_->CloseWrites();
}

void CoordinatorStream::Call::Drop() {
  dropped_ = true;
  transport_->Cancel();
}

void CoordinatorStream::Call::OnMessage(v1::CoordinatorMessage message) {
  if (!dropped_) stream_->OnMessage(std::move(message));
}

void CoordinatorStream::Call::OnWritten(bool ok) {
  writing_ = false;
  ReleaseIfOver();
  // If it is broken, its end comes by the read.
  if (ok && !dropped_) stream_->OnWritten();
}

void CoordinatorStream::Call::OnReadEnd() {
  read_ended_ = true;
  ReleaseIfOver();
}

void CoordinatorStream::Call::OnDone(const absl::Status& status) { stream_->OnCallDone(this, status); }

void CoordinatorStream::Call::ReleaseIfOver() {
  if (!read_ended_ || writing_ || released_) return;
  released_ = true;
  transport_->Release();
}

}  // namespace fastest::agent
