// One side of a conversation that outlives the streams that carry it. It
// - numbers its messages, and keeps each until the other side has acknowledged it;
// - sends after a break only the messages that are missing, and recognises those that come twice;
// - knows when it has been silent for so long that it owes a message;
// - knows when the other side's silence means that it is out of reach;
// - knows when the other side cannot be spoken to, whatever signs of life come from it.
// No threads, no I/O, no clock: time is an argument.
#ifndef FASTEST_BASE_RELIABLE_LINK_H_
#define FASTEST_BASE_RELIABLE_LINK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "absl/time/time.h"

namespace fastest {

// What a message of the other side is to the conversation.
enum class Arrival {
  kNew,       // To be dealt with.
  kRepeated,  // Was dealt with before.
  kEmpty,     // Has no number: a sign of life, or a greeting.
  kGap,       // One before it is missing, or it acknowledges a message that was never sent: the stream is of no use.
};

// Out and In are protos with `seq` and `ack`. Not thread-safe.
template <class Out, class In>
class ReliableLink {
 public:
  // From now on there is a lease. Before this no message is numbered and none is kept. Precondition: the queue is
  // empty; the other side has just been heard.
  void Keep(absl::Duration lease, absl::Time now) {
    lease_ = lease;
    heard_at_ = said_at_ = now;
  }
  bool kept() const { return lease_ > absl::ZeroDuration(); }

  // Queues a message. TakeNext() gives it in its turn.
  void Add(Out message) {
    const size_t bytes = message.ByteSizeLong();
    bytes_ += bytes;
    if (kept()) message.set_seq(++last_seq_);
    queue_.push_back({std::move(message), bytes});
  }
  bool HasNext() const { return written_ < queue_.size(); }
  // The message to be written now. Precondition: HasNext().
  Out TakeNext(absl::Time now) {
    Out message;
    if (kept()) {
      queue_[written_].written_at = now;
      message = queue_[written_++].message;
    } else {
      message = std::move(queue_.front().message);
      PopFront();
    }
    Stamp(&message, now);
    return message;
  }
  // For a message without a number: it carries the acknowledgement.
  void Stamp(Out* message, absl::Time now) {
    if (kept()) message->set_ack(received_);
    said_at_ = now;
    unacknowledged_ = unacknowledged_bytes_ = 0;
  }

  // kGap counts as a fault: see Hopeless().
  Arrival Receive(const In& message, absl::Time now) {
    heard_at_ = now;
    const Arrival arrival = Take(message);
    if (arrival == Arrival::kGap) NoteFault();
    if (arrival != Arrival::kNew) return arrival;
    Progress();
    ++unacknowledged_;
    unacknowledged_bytes_ += message.ByteSizeLong();
    return Arrival::kNew;
  }
  // The last number that was received.
  uint64_t received() const { return received_; }

  // There is a new stream, and the other side has got every message up to `received`. False: it cannot have.
  bool Resume(uint64_t received, absl::Time now) {
    heard_at_ = now;
    const bool was_told = written_ > 0;
    if (received < acknowledged_ || !TakeAcknowledgement(received)) return false;
    // What was sent on the stream before has not arrived.
    if (was_told && written_ > 0) NoteFruitless(now);
    written_ = 0;
    return true;
  }

  // The stream was given up because of what the other side said: that was no message.
  void NoteFault() { ++faults_; }
  // The stream is of no use: signs of life come, and what was sent long ago is not acknowledged.
  bool Stuck(absl::Time now) const {
    if (!kept() || written_ == 0) return false;
    const absl::Duration transfer = absl::Seconds(1) * (static_cast<double>(bytes_) / kSlowestBytesPerSecond);
    return now - std::max(queue_.front().written_at, excused_at_) >= lease_ / 2 + transfer;
  }
  // The other side cannot be spoken to: stream after stream ends, and neither side has got further.
  bool Hopeless(absl::Time now) const {
    return faults_ >= kMaxFaults || (fruitless_ >= kMaxFruitless && now - fruitless_since_ >= lease_ / 2);
  }

  // A message is due, even an empty one: this side was silent for long, or the other side keeps many messages.
  bool OwesSign(absl::Time now) const { return kept() && (now - said_at_ >= beat() || OwesAcknowledgement()); }
  bool OwesAcknowledgement() const {
    return unacknowledged_ >= kMaxUnacknowledged || unacknowledged_bytes_ >= kMaxUnacknowledgedBytes;
  }
  // The stream is as good as broken.
  bool Silent(absl::Time now) const { return kept() && now - heard_at_ >= lease_ / 2; }
  bool LeaseOver(absl::Time now) const { return kept() && now - heard_at_ >= lease_; }
  absl::Time heard_at() const { return heard_at_; }
  // The other side could not be heard, since its stream is not being read. That must not count against it.
  void Excuse(absl::Time now) { heard_at_ = excused_at_ = now; }
  // Between two signs of life. Silence may last twice as long: one sign may be late.
  absl::Duration beat() const { return lease_ / 4; }
  absl::Duration lease() const { return lease_; }

  // Of the messages that have not been written, or not been acknowledged.
  size_t bytes() const { return bytes_; }
  size_t size() const { return queue_.size(); }

 private:
  // How much may come before an acknowledgement is owed: the other side keeps no more.
  static constexpr size_t kMaxUnacknowledged = 256;
  static constexpr size_t kMaxUnacknowledgedBytes = size_t{1} << 20;
  // Streams in a row that ended by the other side's fault, or without taking what was sent again.
  static constexpr int kMaxFaults = 3;
  static constexpr int kMaxFruitless = 5;
  // A message gets its time to pass the network.
  static constexpr double kSlowestBytesPerSecond = 128 << 10;

  struct Queued {
    Out message;
    size_t bytes;
    // On the present stream.
    absl::Time written_at = absl::InfinitePast();
  };

  void PopFront() {
    bytes_ -= queue_.front().bytes;
    queue_.pop_front();
  }
  Arrival Take(const In& message) {
    if (!TakeAcknowledgement(message.ack())) return Arrival::kGap;
    if (message.seq() == 0) return Arrival::kEmpty;
    if (message.seq() <= received_) return Arrival::kRepeated;
    if (message.seq() != received_ + 1) return Arrival::kGap;
    ++received_;
    return Arrival::kNew;
  }
  void Progress() { faults_ = fruitless_ = 0; }
  void NoteFruitless(absl::Time now) {
    if (fruitless_++ == 0) fruitless_since_ = now;
  }
  bool TakeAcknowledgement(uint64_t seq) {
    if (seq > last_seq_) return false;
    while (!queue_.empty() && queue_.front().message.seq() != 0 && queue_.front().message.seq() <= seq) {
      // The message may have come by an earlier stream, and was about to be sent again.
      if (written_ > 0) --written_;
      acknowledged_ = queue_.front().message.seq();
      PopFront();
      Progress();
    }
    return true;
  }

  absl::Duration lease_ = absl::ZeroDuration();
  // In order. The first `written_` messages have been sent on the present stream.
  std::deque<Queued> queue_;
  size_t written_ = 0;
  size_t bytes_ = 0;
  uint64_t last_seq_ = 0;
  uint64_t acknowledged_ = 0;
  uint64_t received_ = 0;
  size_t unacknowledged_ = 0;
  size_t unacknowledged_bytes_ = 0;
  absl::Time heard_at_ = absl::InfinitePast();
  absl::Time said_at_ = absl::InfinitePast();
  absl::Time excused_at_ = absl::InfinitePast();
  int faults_ = 0;
  int fruitless_ = 0;
  absl::Time fruitless_since_ = absl::InfinitePast();
};

}  // namespace fastest

#endif  // FASTEST_BASE_RELIABLE_LINK_H_
