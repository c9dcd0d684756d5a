// Where agents and the coordinator meet: serves AgentRendezvous.Join for those that dial in, dials others, and turns all streams into
// one queue of events for the run's thread. With a lease an agent is more than its stream: one that breaks is dialled again, or waited
// for, and the conversation goes on where it was.
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
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/net/transport_security.h"
#include "base/reliable_link.h"
#include "coordinator/agents/agent_stream.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agents {

// Something that happened to an agent. For each agent: one kJoined, any number of others, one kLeft. Or one kUnreachable: an address
// that could not be dialled, or (agent -1) somebody who came and was turned away.
struct AgentEvent {
  enum class Kind {
    kJoined,
    kMessage,
    kHeard,    // A sign of life and nothing else.
    kBroken,   // Its stream; it may come back within the lease.
    kResumed,  // After kBroken.
    kLeft,
    kUnreachable,
  };
  Kind kind = Kind::kMessage;
  // The gateway's number for the agent, from 0, never used twice.
  int agent = -1;
  // Where it was dialled; empty for one that dialled in.
  std::string address;
  v1::AgentMessage::Hello hello;  // kJoined; kUnreachable if it got so far
  // kMessage; nobody else's.
  std::shared_ptr<v1::AgentMessage::Event> event;
  // kHeard: how long a message takes to the agent and back; negative: not known.
  double round_trip_s = -1;
  // kBroken, kLeft, kUnreachable: for people.
  std::string why;
};

// Thread-safe. The destructor cancels what still runs and waits for it. No thread belongs to an agent: gRPC's own few serve all.
class AgentGateway final : public v1::AgentRendezvous::WithRawCallbackMethod_Join<v1::AgentRendezvous::Service>,
                           private AgentStream::Listener {
 public:
  // What an agent is told of a lease (StartRun.lease_s), as a part of it: the agent has ended its workers well before the coordinator
  // gives their tests to others, even if it hears the coordinator for a while longer than it is heard.
  static constexpr double kAgentsPart = 0.6;

  // Without leases: an agent's stream is the agent. `security` outlives this.
  explicit AgentGateway(const TransportSecurity* security) : AgentGateway(security, nullptr, absl::ZeroDuration()) {}
  // `lease`: an agent that was not heard of for so long has left. Needs Beat(). `clock` is thread-safe and outlives this.
  AgentGateway(const TransportSecurity* security, Clock* clock, absl::Duration lease)
      : security_(security), clock_(clock), lease_(lease) {}
  ~AgentGateway() override;
  AgentGateway(const AgentGateway&) = delete;
  AgentGateway& operator=(const AgentGateway&) = delete;

  // Lets agents come to "unix:PATH" or "HOST:PORT" (port 0: any); once. Gives the address that was bound. Errors: Unavailable naming
  // the address.
  absl::StatusOr<std::string> Listen(const std::string& address);

  // Opens a stream to the agent at HOST:PORT and returns at once with its number; how it went comes as an event.
  int Dial(const std::string& address);

  // What every start_run holds besides what is sent: it may be much, and is kept once for all agents. Before the first Send().
  void ShareStart(const v1::CoordinatorMessage::StartRun& common);

  // Waits until something has happened, at most for `timeout`, and takes all of it.
  std::vector<AgentEvent> Take(absl::Duration timeout);

  // Queues a message for an agent; silently dropped if it has left (its kLeft is then on its way or has been taken). What is queued for
  // an agent is bounded by what a run says unasked: some leases and a few words for each of its slots. A start_run begins the lease.
  void Send(int agent, v1::CoordinatorMessage message);

  // Ends the agent's stream with OK after what is queued has been written.
  void Close(int agent);

  // What is due by the clock: signs of life where nothing else was said, silent streams, dialling again, leases that have ended. To be
  // called every BeatInterval(), from any thread, the run's being busy or not.
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
    // The present stream; the one that is being opened in its place. Null: there is none.
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
    // The peer whose it is; -1: nobody's (yet, or any more).
    int agent = -1;
    bool greeted = false;
    // Why it was turned away.
    std::string why;
    v1::AgentMessage::Hello hello;
  };

  void OnMessage(AgentStream* stream, std::shared_ptr<v1::AgentMessage> message) override;
  bool MayRead(AgentStream* stream) override;
  void OnOver(AgentStream* stream, const grpc::Status& status) override;

  // Lets so many of those streams read on that wait the longest.
  void ResumeReading(size_t streams) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Time Now() const { return clock_ == nullptr ? absl::UnixEpoch() : clock_->Now(); }
  Peer* Find(int agent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Peer& NewPeer(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  AgentEvent& Add(AgentEvent::Kind kind, const Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  AgentStream* DialPeer(Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Takes a stream's first message. Not OK: the stream is to end so.
  grpc::Status Greet(AgentStream* stream, StreamState& state, const v1::AgentMessage& message)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  grpc::Status GoOn(AgentStream* stream, StreamState& state, const v1::AgentMessage::Hello& hello)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TakeMessage(Peer& peer, const std::shared_ptr<v1::AgentMessage>& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Of a worker's collection only what is news, should it be the same as the first one's: a thousand workers each name every module.
  std::shared_ptr<v1::AgentMessage::Event> WithoutRepeatedCollection(std::shared_ptr<v1::AgentMessage::Event> event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RedialFailed(Peer& peer, const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Writes what the stream can be given now.
  void Pump(Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Write(Peer& peer, v1::CoordinatorMessage message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SendSign(Peer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The stream is not the peer's any more, and is cancelled.
  void Drop(AgentStream** stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Break(Peer& peer, const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Leave(int agent, const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Gives a stream to open, when the lock has been let go.
  AgentStream* BeatOf(Peer& peer, std::string* gone) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const TransportSecurity* const security_;
  Clock* const clock_;
  const absl::Duration lease_;
  // Lock order: mu_ before a stream's own lock.
  absl::Mutex mu_;
  std::deque<AgentEvent> events_ ABSL_GUARDED_BY(mu_);
  // How many messages of agents brought them; and the streams that were told not to read on, in order.
  size_t messages_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<AgentStream*> paused_ ABSL_GUARDED_BY(mu_);
  grpc::ByteBuffer common_start_ ABSL_GUARDED_BY(mu_);
  std::string collection_digest_ ABSL_GUARDED_BY(mu_);
  std::map<int, Peer> peers_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<AgentStream*, StreamState> streams_ ABSL_GUARDED_BY(mu_);
  int next_agent_ ABSL_GUARDED_BY(mu_) = 0;
  // Those with which gRPC is done.
  std::vector<std::unique_ptr<AgentStream>> over_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fastest::agents

#endif  // FASTEST_COORDINATOR_AGENTS_AGENT_GATEWAY_H_
