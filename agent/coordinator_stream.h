// The agent's end of the stream to a coordinator, whoever of the two dialled: gRPC's threads on one side, the loop's thread on the
// other.
#ifndef FASTEST_AGENT_COORDINATOR_STREAM_H_
#define FASTEST_AGENT_COORDINATOR_STREAM_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/event_loop.h"
#include "base/clock.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread; the callbacks are called there. Destroy it only before Start or after on_done.
class CoordinatorStream {
 public:
  struct Callbacks {
    std::function<void(v1::CoordinatorMessage)> on_message;
    // More waits to be sent than the coordinator takes (true), or it has taken most of it (false).
    std::function<void(bool congested)> on_congestion;
    // The stream is over: nothing else is called any more. Status as the rpc documents it; Unavailable also if there is no
    // coordinator at the address, or none any more.
    std::function<void(const absl::Status&)> on_done;
  };

  // What carries the messages. Its calls are made on the loop's thread; what happens it posts to the loop, for the stream.
  class Transport {
   public:
    virtual ~Transport() = default;
    // Begins to read; nothing is told before.
    virtual void Start(CoordinatorStream* stream) = 0;
    // One at a time: not before the last OnWritten. `message` stays untouched until then.
    virtual void Write(const v1::AgentMessage* message) = 0;
    // After the last write.
    virtual void CloseWrites() = 0;
    virtual void Cancel() = 0;
    // Nothing will be written any more, and no write is under way: the transport may end.
    virtual void Release() = 0;
  };

  // `linger`: how long an event that nobody waits for (see MayLinger) may lie here until others join it.
  CoordinatorStream(std::unique_ptr<Transport> transport, EventLoop* loop, Clock* clock, Callbacks callbacks,
                    absl::Duration linger = absl::Milliseconds(10));
  ~CoordinatorStream();
  CoordinatorStream(const CoordinatorStream&) = delete;
  CoordinatorStream& operator=(const CoordinatorStream&) = delete;

  // Opens the stream. Once.
  void Start(const v1::AgentMessage::Hello& hello);
  // Queues an event. What gathers while a write is under way, or lingers, goes out as one message. Dropped when the
  // stream is over.
  void Send(v1::AgentMessage::Event event);
  // Says that nothing more will be sent, after what is queued has been; the coordinator then ends the stream.
  void CloseWrites();
  // Ends the stream at once; on_done follows.
  void Cancel();

  // For the transport, on the loop's thread.
  void OnMessage(v1::CoordinatorMessage message) { callbacks_.on_message(std::move(message)); }
  void OnWritten(bool ok);
  void OnReadEnd();
  void OnDone(const absl::Status& status);

 private:
  void Flush();
  void WriteNext();
  void SetCongested();
  void ReleaseIfOver();

  EventLoop* const loop_;
  Clock* const clock_;
  const absl::Duration linger_;
  const Callbacks callbacks_;
  const std::unique_ptr<Transport> transport_;

  struct Queued {
    v1::AgentMessage::Event event;
    size_t bytes;
  };
  std::deque<Queued> queue_;
  size_t queued_bytes_ = 0;
  bool congested_ = false;
  // What is queued is to go as soon as gRPC takes it; else it may linger, and the timer runs.
  bool flush_ = false;
  EventLoop::TimerId linger_timer_ = 0;
  // Belongs to gRPC while writing_.
  v1::AgentMessage outgoing_;
  bool writing_ = false;
  bool closing_ = false;
  bool closed_ = false;
  // The coordinator has ended its side: no write may be started.
  bool read_ended_ = false;
  bool released_ = false;
};

// Whether the coordinator decides nothing by this event: progress of tests that pass. A write for each of them would
// cost both sides more than running an easy test does.
bool MayLinger(const v1::AgentMessage::Event& event);

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_STREAM_H_
