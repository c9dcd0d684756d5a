// The agent's end of the conversation with a coordinator: gRPC's threads on one side, the loop's thread on the other. With a lease
// (Keep) it goes on over one stream after the other; what is sent meanwhile waits, and nothing is lost or comes twice.
#ifndef FASTEST_AGENT_COORDINATOR_COORDINATOR_STREAM_H_
#define FASTEST_AGENT_COORDINATOR_COORDINATOR_STREAM_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "base/reliable_link.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread; the callbacks are called there. Destroy it only before Start or after on_done.
class CoordinatorStream {
 public:
  struct Callbacks {
    // Each message once and in order; only what is the run's (no resumption, no sign of life).
    std::function<void(v1::CoordinatorMessage)> on_message;
    // More waits to be sent or acknowledged than there is room for (true), or most of it has gone (false).
    std::function<void(bool congested)> on_congestion;
    // It is over: nothing else is called any more. Status as the rpc documents it; Unavailable also if there is no coordinator at the
    // address, or none any more, or the lease has ended.
    std::function<void(const absl::Status&)> on_done;
  };
  class Call;

  // What carries the messages: one call of gRPC's. Its calls are made on the loop's thread; what happens it posts to the loop, for the
  // Call.
  class Transport {
   public:
    virtual ~Transport() = default;
    // Begins to read; nothing is told before.
    virtual void Start(Call* call) = 0;
    // One at a time: not before the last OnWritten. `message` stays untouched until then.
    virtual void Write(const v1::AgentMessage* message) = 0;
    // After the last write.
    virtual void CloseWrites() = 0;
    virtual void Cancel() = 0;
    // Nothing will be written any more, and no write is under way: the transport may end.
    virtual void Release() = 0;
  };
  // Opens a stream to the coordinator anew.
  using Dial = std::function<std::unique_ptr<Transport>()>;

  // `linger`: how long an event that nobody waits for (see MayLinger) may lie here until others join it.
  CoordinatorStream(std::unique_ptr<Transport> transport, EventLoop* loop, Clock* clock, Callbacks callbacks,
                    absl::Duration linger = absl::Milliseconds(10));
  ~CoordinatorStream();
  CoordinatorStream(const CoordinatorStream&) = delete;
  CoordinatorStream& operator=(const CoordinatorStream&) = delete;

  // Opens the first stream. Once.
  void Start(const v1::AgentMessage::Hello& hello);
  // From now on a stream that breaks, or was silent for half of the lease, is not the end: `dial` opens the next one, or, if it is null,
  // Resume() brings it. That fails when the coordinator has not been heard of for the lease. Before the first Send.
  void Keep(const std::string& run_id, absl::Duration lease, Dial dial);
  // The end of the present stream is the end of it again; at once if there is none.
  void Forgo();
  // The coordinator has dialled again. Precondition: Keep() and not over. What is left of an earlier stream is dropped.
  void Resume(std::unique_ptr<Transport> transport);
  // Whether it is about this run, and Resume() may be called.
  bool Keeps(const std::string& run_id) const { return link_.kept() && !forgone_ && run_id == run_id_; }

  // Queues an event. What gathers while a write is under way, or lingers, goes out as one message. Dropped when it is over.
  void Send(v1::AgentMessage::Event event);
  // Says that nothing more will be sent, after what is queued has been; the coordinator then ends the stream.
  void CloseWrites();
  // Ends it at once; on_done follows.
  void Cancel();

 private:
  friend class Call;

  // Of the present call.
  void OnMessage(v1::CoordinatorMessage message);
  void OnWritten();
  void OnReadEnd();
  // Of any call.
  void OnCallDone(Call* call, const absl::Status& status);

  void Open(std::unique_ptr<Transport> transport);
  // Cancels the present call; what it still says is ignored.
  void DropCall();
  void Redial();
  void Beat();
  void SetBeat();
  void Finish(const absl::Status& status);
  void TellIfOver();
  void Flush();
  void WriteNext();
  void SetCongested();

  EventLoop* const loop_;
  Clock* const clock_;
  const absl::Duration linger_;
  const Callbacks callbacks_;
  std::unique_ptr<Transport> first_transport_;
  v1::AgentMessage::Hello hello_;

  // The present call, and those that have been dropped and with which gRPC is not done yet.
  std::unique_ptr<Call> call_;
  std::vector<std::unique_ptr<Call>> dropped_;
  // The coordinator knows by this call where we stand: events may go.
  bool open_ = false;
  absl::Time opened_at_;

  ReliableLink<v1::AgentMessage, v1::CoordinatorMessage> link_;
  std::string run_id_;
  Dial dial_;
  absl::Duration wait_ = absl::ZeroDuration();
  EventLoop::TimerId dial_timer_ = 0;
  EventLoop::TimerId beat_timer_ = 0;
  absl::BitGen random_;
  // To be said back.
  uint32_t pong_ = 0;

  struct Queued {
    v1::AgentMessage::Event event;
    size_t bytes;
  };
  // What is no message yet.
  std::deque<Queued> queue_;
  size_t queued_bytes_ = 0;
  bool congested_ = false;
  // What is queued is to go as soon as gRPC takes it; else it may linger, and the timer runs.
  bool flush_ = false;
  EventLoop::TimerId linger_timer_ = 0;
  bool closing_ = false;
  // The end of the present call is the end.
  bool forgone_ = false;
  bool over_ = false;
  bool told_ = false;
  absl::Status status_;
};

// One call of gRPC's, as its transport sees it. On the loop's thread.
class CoordinatorStream::Call {
 public:
  Call(CoordinatorStream* stream, std::unique_ptr<Transport> transport)
      : stream_(stream), transport_(std::move(transport)) {}

  // For the stream.
  void Start() { transport_->Start(this); }
  bool MayWrite() const { return !writing_ && !read_ended_ && !closed_; }
  void Write(v1::AgentMessage message);
  void CloseWrites();
  // What it says from now on is nobody's.
  void Drop();
  void Cancel() { transport_->Cancel(); }

  // For the transport.
  void OnMessage(v1::CoordinatorMessage message);
  void OnWritten(bool ok);
  void OnReadEnd();
  void OnDone(const absl::Status& status);

 private:
  void ReleaseIfOver();

  CoordinatorStream* const stream_;
  const std::unique_ptr<Transport> transport_;
  // Belongs to gRPC while writing_.
  v1::AgentMessage outgoing_;
  bool writing_ = false;
  bool closed_ = false;
  // The coordinator has ended its side: no write may be started.
  bool read_ended_ = false;
  bool released_ = false;
  bool dropped_ = false;
};

// Whether the coordinator decides nothing by this event: progress of tests that pass. A write for each of them would
// cost both sides more than running an easy test does.
bool MayLinger(const v1::AgentMessage::Event& event);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_COORDINATOR_STREAM_H_
