// One side of a conversation that outlives the streams that carry it: numbers what it says, keeps it until the other side has
// acknowledged it, says after a break only what is missing, recognises what comes twice, and knows when to say something because it
// has been silent and when silence means that the other side is out of reach. No threads, no I/O, no clock: time is an argument.
#ifndef FASTEST_BASE_RELIABLE_LINK_H_
#define FASTEST_BASE_RELIABLE_LINK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "absl/time/time.h"

namespace fastest {

// What a peer's message is to the conversation.
enum class Arrival {
  kNew,       // To be dealt with.
  kRepeated,  // It was dealt with before.
  kEmpty,     // It carries no number: a sign of life, or a greeting.
  kGap,       // One before it is missing, or it acknowledges what was never said: this stream is of no use.
};

// Out and In are protos with `seq` and `ack`. Not thread-safe.
template <class Out, class In>
class ReliableLink {
 public:
  // From now on there is a lease: until then nothing is numbered and nothing kept. Precondition: nothing is queued; the other side has
  // just been heard.
  void Keep(absl::Duration lease, absl::Time now) {
    lease_ = lease;
    heard_at_ = said_at_ = now;
  }
  bool kept() const { return lease_ > absl::ZeroDuration(); }

  // Queues a message; it is told by HasNext() and taken by TakeNext() in its turn.
  void Add(Out message) {
    const size_t bytes = message.ByteSizeLong();
    bytes_ += bytes;
    if (kept()) message.set_seq(++last_seq_);
    queue_.push_back({std::move(message), bytes});
  }
  bool HasNext() const { return written_ < queue_.size(); }
  // To be written now. Precondition: HasNext().
  Out TakeNext(absl::Time now) {
    Out message;
    if (kept()) {
      message = queue_[written_++].message;
    } else {
      message = std::move(queue_.front().message);
      PopFront();
    }
    Stamp(&message, now);
    return message;
  }
  // For a message that is not counted: it carries the acknowledgement.
  void Stamp(Out* message, absl::Time now) {
    if (kept()) message->set_ack(received_);
    said_at_ = now;
    unacknowledged_ = unacknowledged_bytes_ = 0;
  }

  Arrival Receive(const In& message, absl::Time now) {
    heard_at_ = now;
    if (!Acknowledge(message.ack())) return Arrival::kGap;
    if (message.seq() == 0) return Arrival::kEmpty;
    if (message.seq() <= received_) return Arrival::kRepeated;
    if (message.seq() != received_ + 1) return Arrival::kGap;
    ++received_;
    ++unacknowledged_;
    unacknowledged_bytes_ += message.ByteSizeLong();
    return Arrival::kNew;
  }
  // The last number that has come.
  uint64_t received() const { return received_; }

  // There is a new stream, and the other side has got everything up to `received`. False: it can't have.
  bool Resume(uint64_t received, absl::Time now) {
    heard_at_ = now;
    if (received < acknowledged_ || !Acknowledge(received)) return false;
    written_ = 0;
    return true;
  }

  // Nothing was said for so long that something should be, be it empty; or much has come that the other side still keeps.
  bool OwesSign(absl::Time now) const { return kept() && (now - said_at_ >= beat() || OwesAcknowledgement()); }
  bool OwesAcknowledgement() const {
    return unacknowledged_ >= kMaxUnacknowledged || unacknowledged_bytes_ >= kMaxUnacknowledgedBytes;
  }
  // The stream is as good as broken.
  bool Silent(absl::Time now) const { return kept() && now - heard_at_ >= lease_ / 2; }
  bool LeaseOver(absl::Time now) const { return kept() && now - heard_at_ >= lease_; }
  absl::Time heard_at() const { return heard_at_; }
  // It can't be heard, since its stream is not being read, and this must not count against it.
  void Excuse(absl::Time now) { heard_at_ = now; }
  // Half as long as silence may last: one sign of life may be late.
  absl::Duration beat() const { return lease_ / 4; }
  absl::Duration lease() const { return lease_; }

  // Of what has not been written, or not been acknowledged.
  size_t bytes() const { return bytes_; }
  size_t size() const { return queue_.size(); }

 private:
  // What may come before an acknowledgement is owed, so that the other side need not keep more.
  static constexpr size_t kMaxUnacknowledged = 256;
  static constexpr size_t kMaxUnacknowledgedBytes = size_t{1} << 20;

  struct Queued {
    Out message;
    size_t bytes;
  };

  void PopFront() {
    bytes_ -= queue_.front().bytes;
    queue_.pop_front();
  }
  bool Acknowledge(uint64_t seq) {
    if (seq > last_seq_) return false;
    while (!queue_.empty() && queue_.front().message.seq() != 0 && queue_.front().message.seq() <= seq) {
      // It may be that it came by an earlier stream, and was about to be said again.
      if (written_ > 0) --written_;
      acknowledged_ = queue_.front().message.seq();
      PopFront();
    }
    return true;
  }

  absl::Duration lease_ = absl::ZeroDuration();
  // In the order of saying; the first `written_` have been said on the present stream.
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
};

}  // namespace fastest

#endif  // FASTEST_BASE_RELIABLE_LINK_H_
