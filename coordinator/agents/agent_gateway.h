// Where agents and the coordinator meet: serves AgentRendezvous.Join for agents that dial in, dials others, and turns
// all streams into one queue of events for the run's thread. With a lease an agent outlives its stream: when the stream
// breaks, the agent is dialled again, or waited for, and the conversation goes on where it was.
#ifndef FASTEST_COORDINATOR_AGENTS_AGENT_GATEWAY_H_
#define FASTEST_COORDINATOR_AGENTS_AGENT_GATEWAY_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/net/transport_security.h"
#include "base/reliable_link.h"
#include "coordinator/agents/agent_stream.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agents {

// Something that happened to an agent. For each agent: one kJoined, any number of others, one kLeft. Or one
// kUnreachable: an address that could not be dialled, or (agent -1) a caller that was turned away.
struct AgentEvent {
  enum class Kind {
    kJoined,
    kMessage,
    kHeard,    // A sign of life and nothing else.
    kBroken,   // Its stream broke; it may come back within the lease.
    kResumed,  // After kBroken.
    kLeft,
    kUnreachable,
  };
  Kind kind = Kind::kMessage;
  // The gateway's number for the agent, from 0, never used twice.
  int agent = -1;
  // Where the agent was dialled; empty: it dialled in.
  std::string address;
  v1::AgentMessage::Hello hello;  // kJoined; kUnreachable, if it has said hello
  // kMessage; nobody else holds it.
  std::shared_ptr<v1::AgentMessage::Event> event;
  // kHeard: how long a message takes to the agent and back; negative: unknown.
  double round_trip_s = -1;
  // kBroken, kLeft, kUnreachable: why, in words.
  std::string why;
};

// Thread-safe. The destructor cancels the streams and waits for their end. No thread belongs to an agent: gRPC's few
// threads serve all.
class AgentGateway final : public v1::AgentRendezvous::WithRawCallbackMethod_Join<v1::AgentRendezvous::Service>,
                           private AgentStream::Listener {
 public:
  // An agent is told this part of the lease (StartRun.lease_s). So the agent has ended its workers well before the
  // coordinator gives their tests to others, even if the agent hears the coordinator for a while longer than it is
  // heard.
  static constexpr double kAgentsPart = 0.6;

  // Without leases: an agent leaves with its stream. `security` outlives this.
  explicit AgentGateway(const TransportSecurity* security) : AgentGateway(security, nullptr, absl::ZeroDuration()) {}
  // `lease`: an agent that was not heard of for so long has left. Beat() must be called. `clock` is thread-safe and
  // outlives this.
  AgentGateway(const TransportSecurity* security, Clock* clock, absl::Duration lease)
      : security_(security), clock_(clock), lease_(lease) {}
  ~AgentGateway() override;
  AgentGateway(const AgentGateway&) = delete;
  AgentGateway& operator=(const AgentGateway&) = delete;

  // Lets agents come to "unix:PATH" or "HOST:PORT" (port 0: any). Once. Gives the address that was bound. Unavailable
  // names the address.
  absl::StatusOr<std::string> Listen(const std::string& address);

  // Opens a stream to the agent at HOST:PORT. Returns the agent's number at once; the outcome comes as an event.
  int Dial(const std::string& address);

  // The part that all start_run have in common. It may be large, and is kept once for all agents. Before the first
  // Send().
  void ShareStart(const v1::CoordinatorMessage::StartRun& common);

  // Waits for an event, at most for `timeout`, and takes all events.
  std::vector<AgentEvent> Take(absl::Duration timeout);

  // Queues a message for an agent. Dropped without a word if the agent has left (its kLeft is on its way then, or was
  // taken). The queue is bounded by what a run says unasked: some leases and a few words for each slot. A start_run
  // begins the lease.
  void Send(int agent, v1::CoordinatorMessage message);

  // Ends the agent's stream with OK after all queued messages.
  void Close(int agent);

  // Does what is due by the clock: signs of life on idle streams, silent streams, dialling again, leases that have
  // ended. To be called every BeatInterval(), from any thread, whether or not the run's thread is busy.
  void Beat();
  absl::Duration BeatInterval() const { return lease_ / 20; }

  JoinReactor* Join(grpc::CallbackServerContext* context) override;

 private:
  using Link = ReliableLink<v1::CoordinatorMessage, v1::AgentMessage>;

  // An agent, over all its streams.
  struct Peer {
    int agent = 0;
    std::string address;
    std::string incarnation;
    std::string run_id;
    bool joined = false;
    bool broken = false;
    // The present stream, and the one that is being opened in its place. Null: there is none.
    AgentStream* stream = nullptr;
    AgentStream* dialling = nullptr;
    absl::Time dialled_at = absl::InfinitePast();
    absl::Time next_dial = absl::InfinitePast();
    absl::Duration wait = absl::ZeroDuration();
    Link link;
    uint32_t ping = 0;
    absl::Time pinged_at = absl::InfinitePast();
    bool pong_missing = false;
  };
  struct StreamState {
    std::unique_ptr<AgentStream> stream;
    // The stream's peer; -1: none yet, or none any more.
    int agent = -1;
    bool greeted = false;
    absl::Time opened_at = absl::InfinitePast();
    // Why the stream was turned away.
    std::string why;
    v1::AgentMessage::Hello hello;
  };

  void OnMessage(AgentStream* stream, std::shared_ptr<v1::AgentMessage> message) override;
  bool MayRead(AgentStream* stream) override;
  void OnOver(AgentStream* stream, const grpc::Status& status) override;

  // Lets so many paused streams read on, those first that have waited longest.
  void ResumeReading(size_t streams) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Time Now() const { return clock_ == nullptr ? absl::UnixEpoch() : clock_->Now(); }
  Peer* Find(int agent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Peer& NewPeer(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  AgentEvent& Add(AgentEvent::Kind kind, const Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  AgentStream* DialPeer(Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Takes a stream's first message. Not OK: the stream ends with this status.
  grpc::Status Greet(AgentStream* stream, StreamState& state, const v1::AgentMessage& message)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  grpc::Status GoOn(AgentStream* stream, StreamState& state, const v1::AgentMessage::Hello& hello)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TakeMessage(Peer& peer, const std::shared_ptr<v1::AgentMessage>& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Drops a worker's collection if it is the same as the first one: a thousand workers each name every module.
  std::shared_ptr<v1::AgentMessage::Event> WithoutRepeatedCollection(std::shared_ptr<v1::AgentMessage::Event> event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RedialFailed(Peer& peer, const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Writes as much as the stream takes now.
  void Pump(Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Write(Peer& peer, v1::CoordinatorMessage message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SendSign(Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Takes the stream from the peer, and cancels it.
  void Drop(AgentStream** stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Break(Peer& peer, const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Leave(int agent, const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Leave() for an agent that lives and cannot be spoken to. It cannot join again.
  void GiveUp(int agent, const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Ends streams on which nobody says hello.
  void EndSilentStreams() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Gives a stream that is to begin once the lock is released.
  AgentStream* BeatOf(Peer& peer, std::string* gone) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const TransportSecurity* const security_;
  Clock* const clock_;
  const absl::Duration lease_;
  // Lock order: mu_ before a stream's own lock.
  absl::Mutex mu_;
  std::deque<AgentEvent> events_ ABSL_GUARDED_BY(mu_);
  // How many messages of agents brought the events.
  size_t messages_ ABSL_GUARDED_BY(mu_) = 0;
  // The streams that were told not to read on, in order.
  std::deque<AgentStream*> paused_ ABSL_GUARDED_BY(mu_);
  grpc::ByteBuffer common_start_ ABSL_GUARDED_BY(mu_);
  std::string collection_digest_ ABSL_GUARDED_BY(mu_);
  std::map<int, Peer> peers_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<AgentStream*, StreamState> streams_ ABSL_GUARDED_BY(mu_);
  // Incarnations of agents that cannot be spoken to.
  absl::flat_hash_set<std::string> hopeless_ ABSL_GUARDED_BY(mu_);
  int next_agent_ ABSL_GUARDED_BY(mu_) = 0;
  // Streams with which gRPC is done.
  std::vector<std::unique_ptr<AgentStream>> over_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_GATEWAY_H_
