// One stream of messages over gRPC's callback interface, whoever dialled. The interface's rules are kept here once for
// both programs: one read and one write at a time, a status at the end, a hold on a call that is written to from
// outside of gRPC's calls.
#ifndef FASTEST_BASE_NET_MESSAGE_STREAM_H_
#define FASTEST_BASE_NET_MESSAGE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/state.h"

namespace fastest {

// kDialled or kAccepted → kOpen → kClosing → kEnded → kDone. A stream that is closed before it has begun:
// kDialled → kGivenUp → kOpen, since gRPC does not know of the call yet; kAccepted → kClosing.
enum class StreamLife {
  kDialled,   // Not begun.
  kGivenUp,   // Closed, and not begun.
  kAccepted,  // Not begun.
  kOpen,
  kClosing,  // No message is queued any more; the queued ones are still written.
  kEnded,    // No write is under way, and none will be.
  kDone,     // gRPC is done with it.
};

constexpr bool MayFollow(StreamLife from, StreamLife to) {
  switch (from) {
    case StreamLife::kDialled:
      return to == StreamLife::kGivenUp || to == StreamLife::kOpen;
    case StreamLife::kGivenUp:
      return to == StreamLife::kOpen;
    case StreamLife::kAccepted:
      return to == StreamLife::kOpen || to == StreamLife::kClosing;
    case StreamLife::kOpen:
      return to == StreamLife::kClosing;
    case StreamLife::kClosing:
      return to == StreamLife::kEnded;
    case StreamLife::kEnded:
      return to == StreamLife::kDone;
    case StreamLife::kDone:
      return false;
  }
  return false;
}

// What dialled and accepted streams share. `Reactor` is gRPC's; its On… methods are called by gRPC's threads, one at a
// time for reads and one at a time for writes. The public methods are thread-safe. OnOver is the last call: the owner
// may delete the stream after it.
template <class Reactor, class In, class Out>
class MessageStream : public Reactor {
 public:
  // Queues a message. Dropped if the stream is not open.
  void Send(Out message) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    if (life_ != StreamLife::kOpen) return;
    outgoing_.push_back(std::move(message));
    WriteNext();
  }

  // Ends the stream: with OK after all queued messages, else at once. The first call counts. How the status reaches the
  // other side: see ClientMessageStream and ServerMessageStream.
  void Close(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    if (life_ == StreamLife::kDialled) {
      final_status_ = status;
      life_.To(StreamLife::kGivenUp);
    } else if (life_ == StreamLife::kAccepted || life_ == StreamLife::kOpen) {
      StartClosing(status);
    }
  }

  // Breaks the stream, whatever is under way.
  void Cancel() ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    if (life_ != StreamLife::kDone) TryCancel();
  }

  // After MayRead() has said no.
  void ResumeReading() ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    // gRPC takes no read from outside of its calls once this side has ended.
    if (life_ != StreamLife::kEnded && life_ != StreamLife::kDone) ReadOn();
  }

  bool reading_paused() ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    return read_paused_;
  }

  void OnReadDone(bool ok) final {
    if (!ok) {
      // The other side has said all, or the stream is broken: its end shows which.
      Close(grpc::Status::OK);
      return;
    }
    if (const grpc::Status taken = OnMessage(&incoming_); !taken.ok()) {
      Close(taken);
      return;
    }
    {
      absl::MutexLock lock(&mu_);
      read_paused_ = true;
    }
    // Paused first: whoever makes room after this question finds the stream paused.
    if (!MayRead()) return;
    // Also after this side's end: the other side's status comes only after its last message has been read.
    absl::MutexLock lock(&mu_);
    ReadOn();
  }

  void OnWriteDone(bool ok) final {
    {
      absl::MutexLock lock(&mu_);
      writing_ = false;
      outgoing_.pop_front();
      if (!ok) outgoing_.clear();
      WriteNext();
      EndIfWritten();
    }
    OnWritten(ok);
  }

 protected:
  explicit MessageStream(StreamLife life) : life_(life) {}

  // Begins the stream and its first read, unless it is an accepted stream that was closed. True: a dialled stream that
  // was given up; CloseAsAsked() ends it once gRPC knows of the call.
  bool Open() ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const bool given_up = life_ == StreamLife::kGivenUp;
    if (life_ < StreamLife::kOpen) life_.To(StreamLife::kOpen);
    if (life_ == StreamLife::kOpen) this->StartRead(&incoming_);
    return given_up;
  }
  void CloseAsAsked() ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    if (life_ == StreamLife::kOpen) StartClosing(final_status_);
  }

  // The call was cancelled. A stream that has not begun ends when its owner begins or closes it.
  void CloseIfOpen(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    if (life_ == StreamLife::kOpen) StartClosing(status);
  }

  // gRPC is done with the stream.
  void Over(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_) {
    {
      absl::MutexLock lock(&mu_);
      life_.To(StreamLife::kDone);
    }
    OnOver(status);
  }

  absl::Mutex mu_;

 private:
  // What the two ends of a call do differently.
  virtual void TryCancel() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) = 0;
  // Called once: no write is under way, and none will be begun.
  virtual void EndWrites(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) = 0;

  // What the user makes of the stream; called without the lock.
  // Takes the contents of `message`. Not OK: the stream ends with this status.
  virtual grpc::Status OnMessage(In* message) = 0;
  // Asked after each message. No: ResumeReading() is called later.
  virtual bool MayRead() { return true; }
  // `ok`: the message has gone out; else the stream is broken.
  virtual void OnWritten(bool /*ok*/) {}
  virtual void OnOver(const grpc::Status& status) = 0;

  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!read_paused_) return;
    read_paused_ = false;
    this->StartRead(&incoming_);
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || outgoing_.empty()) return;
    writing_ = true;
    this->StartWrite(&outgoing_.front());
  }

  void StartClosing(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    life_.To(StreamLife::kClosing);
    final_status_ = status;
    if (!status.ok()) {
      // Not even the message that is being written has to arrive: its write may be stuck.
      while (outgoing_.size() > (writing_ ? 1 : 0)) outgoing_.pop_back();
      if (writing_) TryCancel();
    }
    EndIfWritten();
  }

  void EndIfWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (life_ != StreamLife::kClosing || writing_ || !outgoing_.empty()) return;
    life_.To(StreamLife::kEnded);
    EndWrites(final_status_);
  }

  // gRPC's while a read is under way.
  In incoming_;

  State<StreamLife> life_ ABSL_GUARDED_BY(mu_);
  std::deque<Out> outgoing_ ABSL_GUARDED_BY(mu_);
  // The first of outgoing_ is gRPC's.
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool read_paused_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Status final_status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fastest

#endif  // FASTEST_BASE_NET_MESSAGE_STREAM_H_
