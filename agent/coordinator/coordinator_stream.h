// The agent's end of the conversation with a coordinator. With a lease (Keep) it goes on over one call after the other:
// messages that are sent between two calls wait, and none is lost or comes twice.
#ifndef FASTEST_AGENT_COORDINATOR_COORDINATOR_STREAM_H_
#define FASTEST_AGENT_COORDINATOR_COORDINATOR_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/coordinator/backoff.h"
#include "agent/coordinator/coordinator_call.h"
#include "agent/coordinator/event_queue.h"
#include "agent/coordinator/transport.h"
#include "base/clock.h"
#include "base/process/event_loop.h"
#include "base/reliable_link.h"
#include "base/state.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread; the callbacks are called there. Destroy it only before Start or after on_done.
class CoordinatorStream final : private CoordinatorCall::Owner {
 public:
  struct Callbacks {
    // Each message of the run once and in order: no resumption, no sign of life.
    std::function<void(v1::CoordinatorMessage)> on_message;
    // True: more waits to be sent or acknowledged than there is room for. False: most of it has gone.
    std::function<void(bool congested)> on_congestion;
    // Last call: the conversation is over. The status is the rpc's. Unavailable means also: nobody is at the address,
    // or nobody any more, or the lease has ended.
    std::function<void(const absl::Status&)> on_done;
  };
  // kGoesOn → kForgone; from either → kOver → kTold.
  enum class Life {
    kGoesOn,   // With a lease, a call that ends is followed by another.
    kForgone,  // The end of the present call is the end.
    kOver,     // No call follows. Calls that were dropped may not be done yet.
    kTold,     // on_done was called.
  };
  // kGathering ⇄ kDue; from either → kClosing.
  enum class Outbox {
    kGathering,  // Queued events may linger.
    kDue,        // Queued events go as soon as gRPC takes them.
    kClosing,    // Queued events are the last.
  };
  friend constexpr bool MayFollow(Life from, Life to) {
    return from < to && (to != Life::kTold || from == Life::kOver);
  }
  friend constexpr bool MayFollow(Outbox from, Outbox to) { return from != to && from != Outbox::kClosing; }

  // `linger`: how long an event that the coordinator does not wait for (MayLinger) may lie here until others join it.
  CoordinatorStream(std::unique_ptr<Transport> transport, EventLoop* loop, Clock* clock, Callbacks callbacks,
                    absl::Duration linger = absl::Milliseconds(10));
  ~CoordinatorStream() override;
  CoordinatorStream(const CoordinatorStream&) = delete;
  CoordinatorStream& operator=(const CoordinatorStream&) = delete;

  // Begins the first call. Once.
  void Start(const v1::AgentMessage::Hello& hello);
  // From now on a call that breaks, or was silent for half of the lease, is not the end: `dial` makes the next one.
  // With no `dial` the coordinator calls (Resume). The conversation ends when the coordinator was not heard of for the
  // lease. Before the first Send.
  void Keep(const std::string& run_id, absl::Duration lease, Transport::Dial dial);
  // Takes Keep back: the end of the present call is the end; at once if there is no call.
  void Forgo();
  // The coordinator has called again. Drops what is left of an earlier call. Precondition: Keeps(the run).
  void Resume(std::unique_ptr<Transport> transport) { Open(std::move(transport)); }
  // Whether this conversation is about the run, and may be resumed.
  bool Keeps(const std::string& run_id) const { return link_.kept() && life_ == Life::kGoesOn && run_id == run_id_; }

  // Queues an event. Events that gather while a write is under way, or linger, go as one message. Dropped when the
  // conversation is over.
  void Send(v1::AgentMessage::Event event);
  // No event follows. The coordinator ends the conversation after it has got all queued events.
  void CloseWrites();
  // Ends the conversation at once; on_done follows.
  void Cancel();

 private:
  // CoordinatorCall::Owner
  void OnMessage(v1::CoordinatorMessage message) override;
  void OnWritten() override;
  void OnCallDone(CoordinatorCall* call, const absl::Status& status) override;

  void Open(std::unique_ptr<Transport> transport);
  void DropCall();
  void Redial();
  // Looks at the lease and at a silent call.
  void Beat();
  void SetBeat();
  void Finish(const absl::Status& status);
  // Returns whether it was so. (ReliableLink::Hopeless)
  bool FinishIfHopeless();
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

  State<Life> life_{Life::kGoesOn};
  absl::Status status_;
  // The present call, and the dropped ones with which gRPC is not done yet.
  std::unique_ptr<CoordinatorCall> call_;
  std::vector<std::unique_ptr<CoordinatorCall>> dropped_;
  ReliableLink<v1::AgentMessage, v1::CoordinatorMessage> link_;
  std::string run_id_;
  Transport::Dial dial_;
  Backoff backoff_;
  EventLoop::TimerId dial_timer_ = 0;
  EventLoop::TimerId beat_timer_ = 0;
  // The coordinator's last ping, to be said back; 0: none.
  uint32_t pong_ = 0;

  EventQueue queue_;
  State<Outbox> outbox_{Outbox::kGathering};
  EventLoop::TimerId linger_timer_ = 0;
  bool congested_ = false;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_COORDINATOR_STREAM_H_
