// Where agents meet the coordinator: serves AgentRendezvous.Join and turns its streams into one queue of events for the run's thread.
#ifndef FASTEST_COORDINATOR_RENDEZVOUS_AGENT_GATEWAY_H_
#define FASTEST_COORDINATOR_RENDEZVOUS_AGENT_GATEWAY_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::rendezvous {

// Something that happened to an agent. For each agent: one kJoined, any number of kMessage, one kLeft.
struct AgentEvent {
  enum class Kind { kJoined, kMessage, kLeft };
  Kind kind = Kind::kMessage;
  // The gateway's number for the agent, from 0, never used twice.
  int agent = 0;
  v1::AgentMessage::Hello hello;  // kJoined
  v1::AgentMessage::Event event;  // kMessage
};

// Thread-safe. The destructor cancels what still runs and waits for it.
class AgentGateway final : public v1::AgentRendezvous::CallbackService {
 public:
  // Listens on "unix:PATH" or "HOST:PORT". Errors: Unavailable naming the address.
  static absl::StatusOr<std::unique_ptr<AgentGateway>> Listen(const std::string& address);
  ~AgentGateway() override;
  AgentGateway(const AgentGateway&) = delete;
  AgentGateway& operator=(const AgentGateway&) = delete;

  // Waits until something has happened, at most for `timeout`, and takes all of it.
  std::vector<AgentEvent> Take(absl::Duration timeout);

  // Queues a message for an agent; silently dropped if it has left (its kLeft is then on its way or has been taken).
  void Send(int agent, const v1::CoordinatorMessage& message);

  // Ends the agent's stream with OK after what is queued has been written.
  void Close(int agent);

  grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>* Join(grpc::CallbackServerContext* context) override;

 private:
  class Stream;

  AgentGateway() = default;
  void Push(std::vector<AgentEvent> events);
  // True if the queue is so long that streams should pause reading; Take() then wakes them.
  bool Full();
  void StreamDone(int agent);

  // Lock order: mu_ before a stream's own lock.
  absl::Mutex mu_;
  std::deque<AgentEvent> events_ ABSL_GUARDED_BY(mu_);
  std::map<int, Stream*> streams_ ABSL_GUARDED_BY(mu_);
  int next_agent_ ABSL_GUARDED_BY(mu_) = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fastest::rendezvous

#endif  // FASTEST_COORDINATOR_RENDEZVOUS_AGENT_GATEWAY_H_
