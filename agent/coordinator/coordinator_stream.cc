#include "agent/coordinator/coordinator_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::agent {
namespace {

// Workers are not read any more above the first, and again below the second.
constexpr size_t kCongestedBytes = size_t{16} << 20;
constexpr size_t kRelievedBytes = size_t{4} << 20;
// Between attempts to reach a coordinator whose call broke. The first attempt comes at once.
constexpr absl::Duration kFirstWait = absl::Milliseconds(50);
constexpr absl::Duration kLongestWait = absl::Seconds(1);
// What one attempt gets at least, whatever the lease.
constexpr absl::Duration kAttempt = absl::Seconds(1);

// True: this is the coordinator's answer. The run is over for this agent, and another call would end in the same way.
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

CoordinatorStream::CoordinatorStream(std::unique_ptr<Transport> transport, EventLoop* loop, Clock* clock,
                                     Callbacks callbacks, absl::Duration linger)
    : loop_(loop),
      clock_(clock),
      linger_(linger),
      callbacks_(std::move(callbacks)),
      first_transport_(std::move(transport)),
      backoff_(absl::ZeroDuration(), kFirstWait, kLongestWait) {}

CoordinatorStream::~CoordinatorStream() {
  for (const EventLoop::TimerId timer : {linger_timer_, dial_timer_, beat_timer_}) loop_->Cancel(timer);
}

void CoordinatorStream::Start(const v1::AgentMessage::Hello& hello) {
  hello_ = hello;
  Open(std::move(first_transport_));
  // There is nothing to resume: events may follow the greeting.
  call_->GoOn();
}

void CoordinatorStream::Keep(const std::string& run_id, absl::Duration lease, Transport::Dial dial) {
  run_id_ = run_id;
  dial_ = std::move(dial);
  link_.Keep(lease, clock_->Now());
  SetBeat();
}

void CoordinatorStream::Forgo() {
  if (life_ == Life::kGoesOn) life_.To(Life::kForgone);
  if (call_ == nullptr) Finish(absl::UnavailableError("the coordinator is out of reach"));
}

void CoordinatorStream::Open(std::unique_ptr<Transport> transport) {
  DropCall();
  loop_->Cancel(dial_timer_);
  dial_timer_ = 0;
  v1::AgentMessage greeting;
  *greeting.mutable_hello() = hello_;
  if (link_.kept()) {
    greeting.mutable_hello()->mutable_resume()->set_run_id(run_id_);
    greeting.mutable_hello()->mutable_resume()->set_received(link_.received());
  }
  CoordinatorCall::Owner* const owner = this;
  call_ = std::make_unique<CoordinatorCall>(owner, std::move(transport), std::move(greeting), clock_->Now());
}

void CoordinatorStream::DropCall() {
  if (call_ == nullptr) return;
  call_->Drop();
  dropped_.push_back(std::move(call_));
}

void CoordinatorStream::Redial() {
  if (dial_ == nullptr || life_ >= Life::kOver) return;
  dial_timer_ = loop_->At(clock_->Now() + backoff_.Next(), [this] { Open(dial_()); });
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
  if (call_ != nullptr && life_ == Life::kGoesOn) {
    const bool useless = call_->greets() ? now - call_->opened_at() >= std::max(link_.beat(), kAttempt)
                                         : link_.Silent(now) || link_.Stuck(now);
    if (useless) {
      DropCall();
      Redial();
    }
  }
  WriteNext();
  SetBeat();
}

void CoordinatorStream::Send(v1::AgentMessage::Event event) {
  if (outbox_ == Outbox::kClosing || life_ >= Life::kOver) return;
  const bool may_linger = queue_.Add(std::move(event));
  if (!may_linger) {
    Flush();
  } else if (outbox_ == Outbox::kGathering && linger_timer_ == 0) {
    linger_timer_ = loop_->At(clock_->Now() + linger_, [this] { Flush(); });
  }
  SetCongested();
}

void CoordinatorStream::CloseWrites() {
  if (outbox_ != Outbox::kClosing) outbox_.To(Outbox::kClosing);
  Flush();
}

void CoordinatorStream::Cancel() {
  if (life_ == Life::kGoesOn) life_.To(Life::kForgone);
  if (call_ != nullptr) {
    call_->Cancel();
  } else {
    Finish(absl::CancelledError("the stream was given up"));
  }
}

void CoordinatorStream::Flush() {
  loop_->Cancel(linger_timer_);
  linger_timer_ = 0;
  if (outbox_ == Outbox::kGathering) outbox_.To(Outbox::kDue);
  WriteNext();
}

void CoordinatorStream::WriteNext() {
  if (call_ == nullptr || !call_->MayWrite()) return;
  if (!link_.HasNext() && outbox_ != Outbox::kGathering && !queue_.empty()) link_.Add(queue_.TakeMessage());
  const absl::Time now = clock_->Now();
  v1::AgentMessage message;
  if (link_.HasNext()) {
    message = link_.TakeNext(now);
  } else if (outbox_ == Outbox::kClosing) {
    call_->CloseWrites();
    return;
  } else {
    if (outbox_ == Outbox::kDue) outbox_.To(Outbox::kGathering);
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
    if (!FinishIfHopeless()) Redial();
    return;
  }
  if (arrival == Arrival::kNew) backoff_.Reset();
  if (message.ping() != 0) pong_ = message.ping();
  if (message.has_resume()) {
    if (message.resume().run_id() != run_id_ || !link_.Resume(message.resume().received(), now)) {
      Finish(absl::InternalError(
          "the coordinator resumed a run, or a place in its stream, that this agent does not know"));
      return;
    }
    if (FinishIfHopeless()) return;
    call_->GoOn();
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

void CoordinatorStream::OnCallDone(CoordinatorCall* call, const absl::Status& status) {
  // Until the end of this function.
  std::unique_ptr<CoordinatorCall> done;
  if (call == call_.get()) {
    done = std::move(call_);
    if (life_ != Life::kGoesOn || !link_.kept() || IsFinal(status)) {
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

bool CoordinatorStream::FinishIfHopeless() {
  if (!link_.Hopeless(clock_->Now())) return false;
  Finish(absl::InternalError(
      "the coordinator cannot be spoken to: stream after stream ended, and neither side got any further"));
  return true;
}

void CoordinatorStream::Finish(const absl::Status& status) {
  if (life_ >= Life::kOver) return;
  life_.To(Life::kOver);
  status_ = status;
  for (const EventLoop::TimerId timer : {linger_timer_, dial_timer_, beat_timer_}) loop_->Cancel(timer);
  DropCall();
  queue_.Clear();
  if (std::exchange(congested_, false)) callbacks_.on_congestion(false);
  // The caller is in the midst of something.
  loop_->Post([this] { TellIfOver(); });
}

void CoordinatorStream::TellIfOver() {
  if (life_ != Life::kOver || call_ != nullptr || !dropped_.empty()) return;
  life_.To(Life::kTold);
  callbacks_.on_done(status_);
}

void CoordinatorStream::SetCongested() {
  if (life_ >= Life::kOver) return;
  const size_t bytes = queue_.bytes() + link_.bytes();
  const bool congested = congested_ ? bytes > kRelievedBytes : bytes > kCongestedBytes;
  if (congested == congested_) return;
  congested_ = congested;
  callbacks_.on_congestion(congested);
}

}  // namespace fastest::agent
