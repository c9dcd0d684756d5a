// Events that wait to become a message to the coordinator.
#ifndef FASTEST_AGENT_COORDINATOR_EVENT_QUEUE_H_
#define FASTEST_AGENT_COORDINATOR_EVENT_QUEUE_H_

#include <cstddef>
#include <deque>

#include "proto/agent_service.pb.h"

namespace fastest::agent {

// True: the coordinator decides nothing by this event, which is progress of tests that pass. A write for each of them
// would cost both sides more than running an easy test does.
bool MayLinger(const v1::AgentMessage::Event& event);

// Pure: no threads, no I/O, no clock.
class EventQueue {
 public:
  // Returns whether the event may lie here until others join it: the coordinator does not wait for it, and the queue is
  // short.
  bool Add(v1::AgentMessage::Event event);
  // Takes the first events as one message: at least one event, and no more than some MiB. Precondition: not empty.
  v1::AgentMessage TakeMessage();
  void Clear();

  bool empty() const { return queue_.empty(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Queued {
    v1::AgentMessage::Event event;
    size_t bytes;
  };

  std::deque<Queued> queue_;
  size_t bytes_ = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_EVENT_QUEUE_H_
