// Where agents and the coordinator meet: serves AgentRendezvous.Join for those that dial in, dials others, and turns all streams into
// one queue of events for the run's thread.
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
#include "base/transport_security.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::rendezvous {

// Something that happened to an agent. For each agent: one kJoined, any number of kMessage, one kLeft; or one kUnreachable.
struct AgentEvent {
  enum class Kind { kJoined, kMessage, kLeft, kUnreachable };
  Kind kind = Kind::kMessage;
  // The gateway's number for the agent, from 0, never used twice.
  int agent = 0;
  // Where it was dialled; empty for one that dialled in.
  std::string address;
  v1::AgentMessage::Hello hello;  // kJoined
  v1::AgentMessage::Event event;  // kMessage
  // kLeft, kUnreachable: for people.
  std::string why;
};

// Thread-safe. The destructor cancels what still runs and waits for it. No thread belongs to an agent: gRPC's own few serve all.
class AgentGateway final : public v1::AgentRendezvous::CallbackService {
 public:
  // `security` outlives this.
  explicit AgentGateway(const TransportSecurity* security);
  ~AgentGateway() override;
  AgentGateway(const AgentGateway&) = delete;
  AgentGateway& operator=(const AgentGateway&) = delete;

  // Lets agents come to "unix:PATH" or "HOST:PORT" (port 0: any); once. Gives the address that was bound. Errors: Unavailable naming
  // the address.
  absl::StatusOr<std::string> Listen(const std::string& address);

  // Opens a stream to the agent at HOST:PORT and returns at once with its number; how it went comes as an event.
  int Dial(const std::string& address);

  // Waits until something has happened, at most for `timeout`, and takes all of it.
  std::vector<AgentEvent> Take(absl::Duration timeout);

  // Queues a message for an agent; silently dropped if it has left (its kLeft is then on its way or has been taken).
  void Send(int agent, const v1::CoordinatorMessage& message);

  // Ends the agent's stream with OK after what is queued has been written.
  void Close(int agent);

  grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>* Join(
      grpc::CallbackServerContext* context) override;

 private:
  class Link;
  template <class Reactor>
  class Stream;
  class Incoming;
  class Outgoing;

  void Push(std::vector<AgentEvent> events);
  // True if the queue is so long that streams should pause reading; Take() then wakes them.
  bool Full();
  void StreamOver(Link* link, int agent, std::vector<AgentEvent> last);

  const TransportSecurity* const security_;
  // Lock order: mu_ before a stream's own lock.
  absl::Mutex mu_;
  std::deque<AgentEvent> events_ ABSL_GUARDED_BY(mu_);
  std::map<int, Link*> links_ ABSL_GUARDED_BY(mu_);
  int next_agent_ ABSL_GUARDED_BY(mu_) = 0;
  // Those with which gRPC is done.
  std::vector<std::unique_ptr<Link>> over_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fastest::rendezvous

#endif  // FASTEST_COORDINATOR_RENDEZVOUS_AGENT_GATEWAY_H_
