#include "coordinator/agents/agent_gateway.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/net/grpc_limits.h"
#include "proto/border.h"

namespace fastest::agents {
namespace {

// More events than these may not wait for the run's thread: streams pause reading, and gRPC's flow control holds the
// agents back.
constexpr size_t kQueueBound = 20000;
// Between attempts to reach an agent whose stream broke.
constexpr absl::Duration kFirstWait = absl::Milliseconds(50);
constexpr absl::Duration kLongestWait = absl::Seconds(1);
// What one attempt gets at least, whatever the lease.
constexpr absl::Duration kAttempt = absl::Seconds(1);

// How long a peer may take to say hello after its stream was opened. gRPC itself takes up to 20 seconds to find out
// that an address answers nothing.
constexpr absl::Duration kHelloLimit = absl::Seconds(30);
constexpr char kHopeless[] = "it cannot be spoken to";

std::string OtherVersion(const v1::AgentMessage::Hello& hello) {
  return absl::StrCat("agent ", hello.name(), " speaks protocol version ", hello.protocol_version(),
                      ", this coordinator ", v1::PROTOCOL_VERSION_CURRENT,
                      ": install the same version of Fastest on both");
}

std::string OtherSlots(const v1::AgentMessage::Hello& hello) {
  return absl::StrCat("agent ", hello.name(), " offers ", hello.slots() == 0 ? "no" : "too many",
                      " slots: an agent has 1 to ", kMostSlots);
}

}  // namespace

AgentGateway::~AgentGateway() {
  {
    absl::MutexLock lock(&mu_);
    for (auto& [stream, state] : streams_) stream->Close(grpc::Status::CANCELLED);
  }
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  absl::MutexLock lock(&mu_);
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return streams_.empty(); };
  mu_.Await(absl::Condition(&none));
}

absl::StatusOr<std::string> AgentGateway::Listen(const std::string& address) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, security_->ForServer(address), &port);
  builder.RegisterService(this);
  PrepareServer(&builder);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen for agents on ", address));
  }
  if (address.rfind("unix:", 0) == 0) return address;
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

int AgentGateway::Dial(const std::string& address) {
  AgentStream* stream = nullptr;
  int agent = 0;
  {
    absl::MutexLock lock(&mu_);
    Peer& peer = NewPeer(address);
    agent = peer.agent;
    stream = DialPeer(peer);
  }
  stream->Begin();
  return agent;
}

JoinReactor* AgentGateway::Join(grpc::CallbackServerContext* context) {
  const grpc::Status admitted = security_->Admit(*context);
  auto [stream, reactor] = AcceptStream(this, context);
  AgentStream* const accepted = stream.get();
  {
    absl::MutexLock lock(&mu_);
    StreamState& state = streams_[accepted];
    state.stream = std::move(stream);
    state.opened_at = Now();
    if (!admitted.ok()) state.why = admitted.error_message();
  }
  accepted->Begin();
  if (!admitted.ok()) accepted->Close(admitted);
  return reactor;
}

std::vector<AgentEvent> AgentGateway::Take(absl::Duration timeout) {
  // Destroyed after the lock is released.
  std::vector<std::unique_ptr<AgentStream>> over;
  absl::MutexLock lock(&mu_);
  if (events_.empty()) ResumeReading(paused_.size());
  mu_.AwaitWithTimeout(absl::Condition(
                           +[](std::deque<AgentEvent>* events) { return !events->empty(); }, &events_),
                       timeout);
  over.swap(over_);
  std::vector<AgentEvent> taken(std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
  events_.clear();
  // Each stream reads a message before it asks again: a thousand streams at once would bring far more than there is
  // room for.
  if (!paused_.empty()) ResumeReading(1 + kQueueBound * messages_ / (taken.size() + 1));
  messages_ = 0;
  return taken;
}

void AgentGateway::ResumeReading(size_t streams) {
  for (; streams > 0 && !paused_.empty(); --streams) {
    paused_.front()->ResumeReading();
    paused_.pop_front();
  }
}

void AgentGateway::ShareStart(const v1::CoordinatorMessage::StartRun& common) {
  v1::CoordinatorMessage message;
  *message.mutable_start_run() = common;
  absl::MutexLock lock(&mu_);
  common_start_ = Written(message);
}

void AgentGateway::Send(int agent, v1::CoordinatorMessage message) {
  absl::MutexLock lock(&mu_);
  Peer* const peer = Find(agent);
  if (peer == nullptr) return;
  if (message.has_start_run() && lease_ > absl::ZeroDuration()) {
    peer->run_id = message.start_run().spec().run_id();
    message.mutable_start_run()->set_lease_s(absl::ToDoubleSeconds(lease_ * kAgentsPart));
    peer->link.Keep(lease_ * kAgentsPart, Now());
  }
  peer->link.Add(std::move(message));
  Pump(*peer);
}

void AgentGateway::Close(int agent) {
  absl::MutexLock lock(&mu_);
  Peer* const peer = Find(agent);
  if (peer != nullptr && peer->stream != nullptr) peer->stream->Close(grpc::Status::OK);
}

void AgentGateway::Beat() {
  std::vector<AgentStream*> to_open;
  {
    absl::MutexLock lock(&mu_);
    std::vector<std::pair<int, std::string>> gone;
    for (auto& [agent, peer] : peers_) {
      if (!peer.joined || !peer.link.kept()) continue;
      std::string why;
      if (AgentStream* stream = BeatOf(peer, &why); stream != nullptr) to_open.push_back(stream);
      if (!why.empty()) gone.emplace_back(agent, why);
    }
    for (const auto& [agent, why] : gone) Leave(agent, why);
    EndSilentStreams();
  }
  for (AgentStream* stream : to_open) stream->Begin();
}

void AgentGateway::EndSilentStreams() {
  const absl::Time now = Now();
  for (auto& [stream, state] : streams_) {
    if (state.greeted || !state.why.empty() || now - state.opened_at < kHelloLimit) continue;
    state.why = absl::StrCat("it has not said hello after ", absl::FormatDuration(kHelloLimit));
    stream->Close(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, state.why));
  }
}

AgentStream* AgentGateway::BeatOf(Peer& peer, std::string* gone) {
  const absl::Time now = Now();
  // A stream that is not read cannot be heard.
  if (peer.stream != nullptr && peer.stream->reading_paused()) peer.link.Excuse(now);
  if (now - peer.link.heard_at() > lease_) {
    *gone = absl::StrCat("it was not heard of for ", absl::FormatDuration(lease_));
    return nullptr;
  }
  if (peer.stream != nullptr) {
    if (peer.link.Silent(now)) {
      Break(peer, "it is silent");
    } else if (peer.link.Stuck(now)) {
      Break(peer, "it does not take what it is told");
    } else if (peer.link.OwesSign(now)) {
      SendSign(peer);
    }
  }
  if (peer.stream != nullptr || peer.address.empty()) return nullptr;
  if (peer.dialling != nullptr && now - peer.dialled_at >= std::max(peer.link.beat(), kAttempt)) Drop(&peer.dialling);
  return peer.dialling == nullptr && now >= peer.next_dial ? DialPeer(peer) : nullptr;
}

void AgentGateway::OnMessage(AgentStream* stream, std::shared_ptr<v1::AgentMessage> message) {
  absl::MutexLock lock(&mu_);
  StreamState& state = streams_[stream];
  if (!state.greeted) {
    if (const grpc::Status greeted = Greet(stream, state, *message); !greeted.ok()) {
      state.why = greeted.error_message();
      stream->Close(greeted);
    }
    return;
  }
  Peer* const peer = Find(state.agent);
  if (peer == nullptr || peer->stream != stream) return;
  ++messages_;
  TakeMessage(*peer, message);
}

bool AgentGateway::MayRead(AgentStream* stream) {
  absl::MutexLock lock(&mu_);
  if (events_.size() <= kQueueBound) return true;
  paused_.push_back(stream);
  return false;
}

grpc::Status AgentGateway::Greet(AgentStream* stream, StreamState& state, const v1::AgentMessage& message) {
  if (!state.why.empty()) return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, state.why);
  if (!message.has_hello()) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "the first message of an agent must be hello");
  }
  const v1::AgentMessage::Hello& hello = message.hello();
  state.hello = hello;
  if (hello.protocol_version() != v1::PROTOCOL_VERSION_CURRENT) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, OtherVersion(hello));
  }
  if (hello.slots() == 0 || hello.slots() > kMostSlots) {
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, OtherSlots(hello));
  }
  if (hopeless_.contains(hello.incarnation())) return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, kHopeless);
  if (hello.has_resume()) return GoOn(stream, state, hello);
  std::string address;
  Peer* dialled = Find(state.agent);
  if (dialled != nullptr) {
    address = dialled->address;
    if (dialled->joined) {
      dialled->dialling = nullptr;
      Leave(dialled->agent, dialled->incarnation == hello.incarnation() ? "it has given up its part of the run"
                                                                        : "it was started anew");
      dialled = nullptr;
    }
  } else {
    // An agent that comes back without its run has given the run up.
    for (const auto& [agent, peer] : peers_) {
      if (peer.broken && peer.incarnation == hello.incarnation()) {
        Leave(agent, "it has given up its part of the run");
        break;
      }
    }
  }
  Peer& peer = dialled != nullptr ? *dialled : NewPeer(address);
  state.agent = peer.agent;
  state.greeted = true;
  peer.joined = true;
  peer.incarnation = hello.incarnation();
  peer.stream = stream;
  peer.dialling = nullptr;
  Add(AgentEvent::Kind::kJoined, peer).hello = hello;
  return grpc::Status::OK;
}

grpc::Status AgentGateway::GoOn(AgentStream* stream, StreamState& state, const v1::AgentMessage::Hello& hello) {
  const auto it = std::find_if(peers_.begin(), peers_.end(), [&](const auto& entry) {
    return entry.second.link.kept() && entry.second.incarnation == hello.incarnation() &&
           entry.second.run_id == hello.resume().run_id();
  });
  if (it == peers_.end() || (state.agent >= 0 && state.agent != it->first)) {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "the run is over, or was another coordinator's");
  }
  Peer& peer = it->second;
  if (peer.dialling == stream) peer.dialling = nullptr;
  Drop(&peer.dialling);
  Drop(&peer.stream);
  if (!peer.link.Resume(hello.resume().received(), Now())) {
    state.agent = -1;
    GiveUp(peer.agent, "it has lost the thread of the run");
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "what the agent lacks of the run is not kept any more");
  }
  if (peer.link.Hopeless(Now())) {
    state.agent = -1;
    GiveUp(peer.agent, "stream after stream ended before it had taken what it was told");
    return grpc::Status(grpc::StatusCode::NOT_FOUND, kHopeless);
  }
  state.agent = peer.agent;
  state.greeted = true;
  peer.stream = stream;
  peer.wait = absl::ZeroDuration();
  v1::CoordinatorMessage resume;
  resume.mutable_resume()->set_run_id(peer.run_id);
  resume.mutable_resume()->set_received(peer.link.received());
  peer.link.Stamp(&resume, Now());
  Write(peer, std::move(resume));
  if (std::exchange(peer.broken, false)) Add(AgentEvent::Kind::kResumed, peer);
  Pump(peer);
  return grpc::Status::OK;
}

std::shared_ptr<v1::AgentMessage::Event> AgentGateway::WithoutRepeatedCollection(
    std::shared_ptr<v1::AgentMessage::Event> event) {
  v1::Collection* collection = event->mutable_from_worker()->mutable_message()->mutable_ready()->mutable_collection();
  if (collection->digest() != collection_digest_) {
    if (collection_digest_.empty()) collection_digest_ = collection->digest();
    return event;
  }
  collection->clear_modules();
  collection->clear_tests();
  // A copy: the arena keeps the memory of cleared fields.
  return std::make_shared<v1::AgentMessage::Event>(*event);
}

void AgentGateway::TakeMessage(Peer& peer, const std::shared_ptr<v1::AgentMessage>& message) {
  const absl::Time now = Now();
  const Arrival arrival = peer.link.Receive(*message, now);
  if (arrival == Arrival::kGap) {
    const std::string why = "a message of it is missing, or it acknowledges what it was not sent";
    peer.link.Hopeless(now) ? GiveUp(peer.agent, why) : Break(peer, why);
    return;
  }
  const size_t before = events_.size();
  if (message->pong() != 0 && message->pong() == peer.ping && std::exchange(peer.pong_missing, false)) {
    Add(AgentEvent::Kind::kHeard, peer).round_trip_s = absl::ToDoubleSeconds(now - peer.pinged_at);
  }
  if (arrival != Arrival::kRepeated) {
    for (v1::AgentMessage::Event& event : *message->mutable_events()->mutable_events()) {
      std::shared_ptr<v1::AgentMessage::Event> part(message, &event);
      if (event.from_worker().message().has_ready()) part = WithoutRepeatedCollection(std::move(part));
      Add(AgentEvent::Kind::kMessage, peer).event = std::move(part);
    }
  }
  if (events_.size() == before) Add(AgentEvent::Kind::kHeard, peer);
  if (peer.link.OwesAcknowledgement()) SendSign(peer);
}

void AgentGateway::OnOver(AgentStream* stream, const grpc::Status& status) {
  absl::MutexLock lock(&mu_);
  const auto it = streams_.find(stream);
  over_.push_back(std::move(it->second.stream));
  const StreamState state = std::move(it->second);
  streams_.erase(it);
  paused_.erase(std::remove(paused_.begin(), paused_.end(), stream), paused_.end());
  const std::string why = !state.why.empty() ? state.why
                          : status.ok()      ? "it has ended its part"
                                             : ShownLine(status.error_message());
  Peer* const peer = Find(state.agent);
  if (peer == nullptr) {
    // A caller that was turned away. One that would resume an earlier run concerns nobody.
    if (state.greeted || state.hello.has_resume()) return;
    AgentEvent& event = events_.emplace_back();
    event.kind = AgentEvent::Kind::kUnreachable;
    event.hello = state.hello;
    event.why = why;
  } else if (!peer->joined) {
    AgentEvent& event = Add(AgentEvent::Kind::kUnreachable, *peer);
    event.hello = state.hello;
    event.why = why;
    peers_.erase(peer->agent);
  } else if (stream == peer->dialling) {
    peer->dialling = nullptr;
    RedialFailed(*peer, status);
  } else if (status.ok() || !peer->link.kept()) {
    peer->stream = nullptr;
    Leave(peer->agent, why);
  } else {
    peer->stream = nullptr;
    if (status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) peer->link.NoteFault();
    peer->link.Hopeless(Now()) ? GiveUp(peer->agent, why) : Break(*peer, why);
  }
}

void AgentGateway::RedialFailed(Peer& peer, const grpc::Status& status) {
  // Where nobody listens any more, nobody holds the run. And an agent that takes no more runs would take this one if it
  // still held it.
  const bool gone = absl::StrContains(status.error_message(), "onnection refused") ||
                    absl::StrContains(status.error_message(), "takes no more runs");
  if (gone) {
    Leave(peer.agent, "it has ended");
    return;
  }
  peer.wait = std::clamp(2 * peer.wait, kFirstWait, kLongestWait);
  peer.next_dial = Now() + peer.wait;
}

AgentGateway::Peer* AgentGateway::Find(int agent) {
  const auto it = peers_.find(agent);
  return it == peers_.end() ? nullptr : &it->second;
}

AgentGateway::Peer& AgentGateway::NewPeer(const std::string& address) {
  const int agent = next_agent_++;
  Peer& peer = peers_[agent];
  peer.agent = agent;
  peer.address = address;
  return peer;
}

AgentEvent& AgentGateway::Add(AgentEvent::Kind kind, const Peer& peer) {
  AgentEvent& event = events_.emplace_back();
  event.kind = kind;
  event.agent = peer.agent;
  event.address = peer.address;
  return event;
}

AgentStream* AgentGateway::DialPeer(Peer& peer) {
  std::unique_ptr<AgentStream> stream = DialStream(this, security_, peer.address, peer.run_id);
  peer.dialling = stream.get();
  peer.dialled_at = Now();
  StreamState& state = streams_[peer.dialling];
  state.stream = std::move(stream);
  state.opened_at = Now();
  state.agent = peer.agent;
  return peer.dialling;
}

void AgentGateway::Pump(Peer& peer) {
  while (peer.stream != nullptr && peer.link.HasNext()) Write(peer, peer.link.TakeNext(Now()));
}

void AgentGateway::Write(Peer& peer, v1::CoordinatorMessage message) {
  const absl::Time now = Now();
  if (peer.link.kept() && now - peer.pinged_at >= peer.link.beat()) {
    message.set_ping(++peer.ping);
    peer.pinged_at = now;
    peer.pong_missing = true;
  }
  peer.stream->Send(message, message.has_start_run() && common_start_.Valid() ? &common_start_ : nullptr);
}

void AgentGateway::SendSign(Peer& peer) {
  v1::CoordinatorMessage sign;
  peer.link.Stamp(&sign, Now());
  Write(peer, std::move(sign));
}

void AgentGateway::Drop(AgentStream** stream) {
  if (*stream == nullptr) return;
  StreamState& state = streams_[*stream];
  state.agent = -1;
  // Its end is no event.
  state.greeted = true;
  (*stream)->Close(grpc::Status::CANCELLED);
  *stream = nullptr;
}

void AgentGateway::Break(Peer& peer, const std::string& why) {
  Drop(&peer.stream);
  peer.next_dial = Now();
  peer.pong_missing = false;
  if (!std::exchange(peer.broken, true)) Add(AgentEvent::Kind::kBroken, peer).why = why;
}

void AgentGateway::GiveUp(int agent, const std::string& why) {
  hopeless_.insert(peers_[agent].incarnation);
  Leave(agent, absl::StrCat(kHopeless, " (", why, ")"));
}

void AgentGateway::Leave(int agent, const std::string& why) {
  Peer& peer = peers_[agent];
  Add(AgentEvent::Kind::kLeft, peer).why = why;
  Drop(&peer.stream);
  Drop(&peer.dialling);
  peers_.erase(agent);
}

}  // namespace fastest::agents
