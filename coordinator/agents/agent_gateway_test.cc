#include "coordinator/agents/agent_gateway.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/fake_clock.h"
#include "base/net/transport_security.h"

namespace fastest::agents {
namespace {

using ::testing::HasSubstr;

// Long enough for any machine; a wait that is fulfilled ends at once.
constexpr absl::Duration kPatience = absl::Seconds(30);

class AgentGatewayTest : public testing::Test {
 protected:
  using ClientStream = grpc::ClientReaderWriter<v1::AgentMessage, v1::CoordinatorMessage>;

  void SetUp() override {
    // Not testing::TempDir(): a Unix socket's path has room for 107 characters.
    std::string pattern = "/tmp/gateway_test_XXXXXX";
    directory_ = mkdtemp(pattern.data());
    address_ = "unix:" + directory_ + "/s";
    gateway_ = std::make_unique<AgentGateway>(&security_);
    const absl::StatusOr<std::string> bound = gateway_->Listen(address_);
    ASSERT_TRUE(bound.ok()) << bound.status();
    EXPECT_EQ(*bound, address_);
    stub_ = v1::AgentRendezvous::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }

  void TearDown() override {
    gateway_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<ClientStream> Dial() {
    context_ = std::make_unique<grpc::ClientContext>();
    return stub_->Join(context_.get());
  }

  static v1::AgentMessage Hello(uint32_t version) {
    v1::AgentMessage message;
    message.mutable_hello()->set_protocol_version(version);
    message.mutable_hello()->set_name("a1");
    message.mutable_hello()->set_slots(2);
    return message;
  }

  std::vector<AgentEvent> TakeUntil(size_t count) {
    std::vector<AgentEvent> all;
    while (all.size() < count) {
      std::vector<AgentEvent> some = gateway_->Take(kPatience);
      if (some.empty()) break;
      for (AgentEvent& event : some) all.push_back(std::move(event));
    }
    return all;
  }

  const TransportSecurity security_;
  std::string directory_;
  std::string address_;
  std::unique_ptr<AgentGateway> gateway_;
  std::unique_ptr<v1::AgentRendezvous::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
};

TEST_F(AgentGatewayTest, CarriesBothWaysInOrder) {
  auto stream = Dial();
  ASSERT_TRUE(stream->Write(Hello(v1::PROTOCOL_VERSION_CURRENT)));
  for (uint32_t i = 0; i < 100; ++i) {
    v1::AgentMessage message;
    message.mutable_events()->add_events()->mutable_worker_gone()->set_slot(2 * i);
    message.mutable_events()->add_events()->mutable_worker_gone()->set_slot(2 * i + 1);
    ASSERT_TRUE(stream->Write(message));
  }
  const std::vector<AgentEvent> events = TakeUntil(201);
  ASSERT_EQ(events.size(), 201u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kJoined);
  EXPECT_EQ(events[0].hello.name(), "a1");
  for (uint32_t i = 0; i < 200; ++i) EXPECT_EQ(events[i + 1].event->worker_gone().slot(), i);

  for (uint32_t slot = 0; slot < 50; ++slot) {
    v1::CoordinatorMessage message;
    message.mutable_finish_slot()->set_slot(slot);
    gateway_->Send(events[0].agent, message);
  }
  gateway_->Close(events[0].agent);
  v1::CoordinatorMessage received;
  for (uint32_t slot = 0; slot < 50; ++slot) {
    ASSERT_TRUE(stream->Read(&received));
    EXPECT_EQ(received.finish_slot().slot(), slot);
  }
  EXPECT_FALSE(stream->Read(&received));
  EXPECT_TRUE(stream->Finish().ok());
  const std::vector<AgentEvent> last = TakeUntil(1);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].kind, AgentEvent::Kind::kLeft);
}

TEST_F(AgentGatewayTest, RefusesAnotherProtocolVersionByName) {
  auto stream = Dial();
  ASSERT_TRUE(stream->Write(Hello(7)));
  v1::CoordinatorMessage received;
  EXPECT_FALSE(stream->Read(&received));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("agent a1 speaks protocol version 7, this coordinator 1"));
  const std::vector<AgentEvent> events = TakeUntil(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kUnreachable);
  EXPECT_EQ(events[0].hello.name(), "a1");
}

TEST_F(AgentGatewayTest, RefusesSlotsThatNoAgentHas) {
  for (const uint32_t slots : {0u, 4097u, 4294967295u}) {
    auto stream = Dial();
    v1::AgentMessage hello = Hello(v1::PROTOCOL_VERSION_CURRENT);
    hello.mutable_hello()->set_slots(slots);
    ASSERT_TRUE(stream->Write(hello));
    v1::CoordinatorMessage received;
    EXPECT_FALSE(stream->Read(&received));
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(status.error_message(), HasSubstr("slots: an agent has 1 to 4096")) << slots;
    const std::vector<AgentEvent> events = TakeUntil(1);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, AgentEvent::Kind::kUnreachable);
  }
}

TEST_F(AgentGatewayTest, WhatAnAgentSaysIsSaneBeforeAnybodySeesIt) {
  auto stream = Dial();
  v1::AgentMessage hello = Hello(v1::PROTOCOL_VERSION_CURRENT);
  hello.mutable_hello()->set_name("::error::a\x1b[31m\n1");
  ASSERT_TRUE(stream->Write(hello));
  v1::AgentMessage message;
  v1::AgentMessage::FromWorker* from = message.mutable_events()->add_events()->mutable_from_worker();
  v1::Phase* phase = from->mutable_message()->mutable_progress()->add_results()->add_phases();
  phase->set_start(1e13);
  phase->set_duration_s(std::numeric_limits<double>::infinity());
  ASSERT_TRUE(stream->Write(message));
  const std::vector<AgentEvent> events = TakeUntil(2);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].hello.name(), "\\::error::a\\x1b[31m\\n1");
  const v1::Phase& arrived = events[1].event->from_worker().message().progress().results(0).phases(0);
  EXPECT_EQ(arrived.start(), 4e9);
  EXPECT_EQ(arrived.duration_s(), 0);
  context_->TryCancel();
  stream->Finish();
}

TEST_F(AgentGatewayTest, RefusesAStreamWithoutHello) {
  auto stream = Dial();
  ASSERT_TRUE(stream->Write(v1::AgentMessage()));
  v1::CoordinatorMessage received;
  EXPECT_FALSE(stream->Read(&received));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(AgentGatewayTest, AnAgentThatVanishesHasLeft) {
  auto stream = Dial();
  ASSERT_TRUE(stream->Write(Hello(v1::PROTOCOL_VERSION_CURRENT)));
  ASSERT_EQ(TakeUntil(1).size(), 1u);
  context_->TryCancel();
  const std::vector<AgentEvent> events = TakeUntil(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kLeft);
  EXPECT_FALSE(events[0].why.empty());
  gateway_->Send(events[0].agent, v1::CoordinatorMessage());  // Harmless.
  stream->Finish();
}

TEST_F(AgentGatewayTest, EndsWithAnAgentStillThere) {
  auto stream = Dial();
  ASSERT_TRUE(stream->Write(Hello(v1::PROTOCOL_VERSION_CURRENT)));
  ASSERT_EQ(TakeUntil(1).size(), 1u);
  gateway_.reset();
  v1::CoordinatorMessage received;
  EXPECT_FALSE(stream->Read(&received));
  EXPECT_FALSE(stream->Finish().ok());
}

TEST(ListenTest, NamesTheAddress) {
  const TransportSecurity security;
  AgentGateway gateway(&security);
  const auto bound = gateway.Listen("unix:/nowhere/at/all/s");
  ASSERT_FALSE(bound.ok());
  EXPECT_THAT(std::string(bound.status().message()), HasSubstr("/nowhere/at/all/s"));
}

// An agent that listens: says hello with `version`, then gives back what it is told as numbers of slots, and ends its
// part at end_run.
class ListeningAgent final : public v1::Agent::Service {
 public:
  explicit ListeningAgent(uint32_t version) : version_(version) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // What the metadata of the calls named, in their order.
  std::vector<std::string> runs() {
    absl::MutexLock lock(&mu_);
    return runs_;
  }
  // The present call ends as if the network had.
  void Break() {
    absl::MutexLock lock(&mu_);
    context_->TryCancel();
  }

  grpc::Status Serve(grpc::ServerContext* context,
                     grpc::ServerReaderWriter<v1::AgentMessage, v1::CoordinatorMessage>* stream) override {
    v1::AgentMessage hello;
    hello.mutable_hello()->set_protocol_version(version_);
    hello.mutable_hello()->set_name("listener");
    hello.mutable_hello()->set_slots(1);
    {
      absl::MutexLock lock(&mu_);
      context_ = context;
      const auto run = context->client_metadata().find("fastest-run");
      runs_.push_back(run == context->client_metadata().end() ? ""
                                                              : std::string(run->second.data(), run->second.size()));
      if (!runs_.back().empty()) {
        hello.mutable_hello()->mutable_resume()->set_run_id(runs_.back());
        hello.mutable_hello()->mutable_resume()->set_received(1);
      }
    }
    stream->Write(hello);
    v1::CoordinatorMessage message;
    while (stream->Read(&message) && !message.has_end_run()) {
      if (!message.has_finish_slot()) continue;
      v1::AgentMessage answer;
      if (message.seq() != 0) answer.set_seq(++seq_);
      answer.mutable_events()->add_events()->mutable_worker_gone()->set_slot(message.finish_slot().slot());
      stream->Write(answer);
    }
    return grpc::Status::OK;
  }

 private:
  const uint32_t version_;
  // Of one call at a time.
  uint64_t seq_ = 0;
  absl::Mutex mu_;
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::vector<std::string> runs_ ABSL_GUARDED_BY(mu_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class DialTest : public testing::Test {
 protected:
  std::vector<AgentEvent> TakeUntil(size_t count) {
    std::vector<AgentEvent> all;
    while (all.size() < count) {
      std::vector<AgentEvent> some = gateway_.Take(kPatience);
      if (some.empty()) break;
      for (AgentEvent& event : some) all.push_back(std::move(event));
    }
    return all;
  }
  const TransportSecurity security_;
  AgentGateway gateway_{&security_};
};

TEST_F(DialTest, CarriesBothWaysInOrder) {
  ListeningAgent agent(v1::PROTOCOL_VERSION_CURRENT);
  const int number = gateway_.Dial(agent.address());
  std::vector<AgentEvent> events = TakeUntil(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kJoined);
  EXPECT_EQ(events[0].agent, number);
  EXPECT_EQ(events[0].address, agent.address());
  EXPECT_EQ(events[0].hello.name(), "listener");
  v1::CoordinatorMessage message;
  for (uint32_t slot = 0; slot < 100; ++slot) {
    message.mutable_finish_slot()->set_slot(slot);
    gateway_.Send(number, message);
  }
  message.mutable_end_run();
  gateway_.Send(number, message);
  events = TakeUntil(101);
  ASSERT_EQ(events.size(), 101u);
  for (uint32_t slot = 0; slot < 100; ++slot) EXPECT_EQ(events[slot].event->worker_gone().slot(), slot);
  EXPECT_EQ(events[100].kind, AgentEvent::Kind::kLeft);
}

TEST_F(DialTest, AnotherProtocolVersionIsNamed) {
  ListeningAgent agent(7);
  gateway_.Dial(agent.address());
  const std::vector<AgentEvent> events = TakeUntil(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kUnreachable);
  EXPECT_THAT(events[0].why, HasSubstr("agent listener speaks protocol version 7, this coordinator 1"));
}

TEST_F(DialTest, NobodyThereIsAnEventOfItsOwn) {
  std::string address;
  {
    ListeningAgent gone(v1::PROTOCOL_VERSION_CURRENT);
    address = gone.address();
  }
  gateway_.Dial(address);
  const std::vector<AgentEvent> events = TakeUntil(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kUnreachable);
  EXPECT_THAT(events[0].why, HasSubstr("refused"));
}

TEST_F(DialTest, EndsWithAnAgentStillThere) {
  ListeningAgent agent(v1::PROTOCOL_VERSION_CURRENT);
  auto gateway = std::make_unique<AgentGateway>(&security_);
  gateway->Dial(agent.address());
  ASSERT_EQ(gateway->Take(kPatience).size(), 1u);
  gateway.reset();
}

TEST(DialLeaseTest, TheCoordinatorDialsAgainAndNamesTheRun) {
  const TransportSecurity security;
  FakeClock clock;
  ListeningAgent agent(v1::PROTOCOL_VERSION_CURRENT);
  AgentGateway gateway(&security, &clock, absl::Seconds(20));
  const int number = gateway.Dial(agent.address());
  std::deque<AgentEvent> taken;
  const auto take = [&] {
    while (taken.empty()) {
      for (AgentEvent& event : gateway.Take(kPatience)) taken.push_back(std::move(event));
      if (taken.empty()) return AgentEvent();
    }
    AgentEvent event = std::move(taken.front());
    taken.pop_front();
    return event;
  };
  EXPECT_EQ(take().kind, AgentEvent::Kind::kJoined);
  v1::CoordinatorMessage message;
  message.mutable_start_run()->mutable_spec()->set_run_id("r1");
  gateway.Send(number, message);
  agent.Break();
  EXPECT_EQ(take().kind, AgentEvent::Kind::kBroken);
  message.mutable_finish_slot()->set_slot(7);
  gateway.Send(number, message);
  gateway.Beat();
  EXPECT_EQ(take().kind, AgentEvent::Kind::kResumed);
  const AgentEvent event = take();
  EXPECT_EQ(event.agent, number);
  EXPECT_EQ(event.event->worker_gone().slot(), 7u);
  EXPECT_EQ(agent.runs(), (std::vector<std::string>{"", "r1"}));
}

TEST(DialLeaseTest, WhereNobodyListensAnyMoreNobodyIsWaitedFor) {
  const TransportSecurity security;
  FakeClock clock;
  AgentGateway gateway(&security, &clock, absl::Seconds(20));
  auto agent = std::make_unique<ListeningAgent>(v1::PROTOCOL_VERSION_CURRENT);
  const int number = gateway.Dial(agent->address());
  ASSERT_EQ(gateway.Take(kPatience).size(), 1u);
  v1::CoordinatorMessage message;
  message.mutable_start_run()->mutable_spec()->set_run_id("r1");
  gateway.Send(number, message);
  agent->Break();
  agent.reset();
  std::vector<AgentEvent> events = gateway.Take(kPatience);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kBroken);
  gateway.Beat();
  events = gateway.Take(kPatience);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, AgentEvent::Kind::kLeft);
}

// An agent that dials in and may come again, before a gateway with leases on a clock of the test's.
class LeaseTest : public testing::Test {
 protected:
  using ClientStream = grpc::ClientReaderWriter<v1::AgentMessage, v1::CoordinatorMessage>;
  static constexpr absl::Duration kLease = absl::Seconds(20);

  struct Connection {
    std::unique_ptr<v1::AgentRendezvous::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<ClientStream> stream;
  };

  void SetUp() override {
    const absl::StatusOr<std::string> bound = gateway_.Listen("127.0.0.1:0");
    ASSERT_TRUE(bound.ok()) << bound.status();
    address_ = *bound;
  }

  std::unique_ptr<Connection> Connect(const std::string& incarnation, std::optional<uint64_t> received) {
    auto connection = std::make_unique<Connection>();
    connection->stub = v1::AgentRendezvous::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
    connection->stream = connection->stub->Join(&connection->context);
    v1::AgentMessage hello;
    hello.mutable_hello()->set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
    hello.mutable_hello()->set_name("a1");
    hello.mutable_hello()->set_slots(1);
    hello.mutable_hello()->set_incarnation(incarnation);
    if (received.has_value()) {
      hello.mutable_hello()->mutable_resume()->set_run_id("r1");
      hello.mutable_hello()->mutable_resume()->set_received(*received);
    }
    EXPECT_TRUE(connection->stream->Write(hello));
    return connection;
  }

  // It has got the start_run, and no more.
  std::unique_ptr<Connection> ConnectAgain(std::unique_ptr<Connection> before) {
    before->context.TryCancel();
    before->stream->Finish();
    return Connect("i", 1);
  }

  AgentEvent TakeOne() {
    while (taken_.empty()) {
      for (AgentEvent& event : gateway_.Take(kPatience)) taken_.push_back(std::move(event));
      if (taken_.empty()) {
        ADD_FAILURE() << "nothing happened";
        return {};
      }
    }
    AgentEvent event = std::move(taken_.front());
    taken_.pop_front();
    return event;
  }

  // Joins and begins the run; gives the gateway's number for the agent.
  int Begin(Connection& connection) {
    const AgentEvent joined = TakeOne();
    EXPECT_EQ(joined.kind, AgentEvent::Kind::kJoined);
    v1::CoordinatorMessage start;
    start.mutable_start_run()->mutable_spec()->set_run_id("r1");
    gateway_.Send(joined.agent, start);
    v1::CoordinatorMessage message;
    EXPECT_TRUE(connection.stream->Read(&message));
    EXPECT_DOUBLE_EQ(message.start_run().lease_s(), 12);
    EXPECT_EQ(message.seq(), 1u);
    EXPECT_NE(message.ping(), 0u);
    return joined.agent;
  }

  void Say(Connection& connection, uint64_t seq, uint64_t ack, uint32_t slot) {
    v1::AgentMessage message;
    message.set_seq(seq);
    message.set_ack(ack);
    message.mutable_events()->add_events()->mutable_worker_gone()->set_slot(slot);
    EXPECT_TRUE(connection.stream->Write(message));
  }

  void Finish(int agent, uint32_t slot) {
    v1::CoordinatorMessage message;
    message.mutable_finish_slot()->set_slot(slot);
    gateway_.Send(agent, message);
  }

  const TransportSecurity security_;
  FakeClock clock_;
  AgentGateway gateway_{&security_, &clock_, kLease};
  std::string address_;
  std::deque<AgentEvent> taken_;
};

TEST_F(LeaseTest, ABrokenStreamIsGoneOnWithAndNothingComesTwice) {
  auto first = Connect("i", std::nullopt);
  const int agent = Begin(*first);
  Say(*first, 1, 1, 10);
  EXPECT_EQ(TakeOne().event->worker_gone().slot(), 10u);
  Finish(agent, 20);
  first->context.TryCancel();
  const AgentEvent broken = TakeOne();
  EXPECT_EQ(broken.kind, AgentEvent::Kind::kBroken);
  EXPECT_EQ(broken.agent, agent);
  // Said meanwhile.
  Finish(agent, 21);

  // It has got the start_run and the first word, and no more.
  auto second = Connect("i", 2);
  EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kResumed);
  v1::CoordinatorMessage message;
  ASSERT_TRUE(second->stream->Read(&message));
  EXPECT_EQ(message.resume().run_id(), "r1");
  EXPECT_EQ(message.resume().received(), 1u);
  ASSERT_TRUE(second->stream->Read(&message));
  EXPECT_EQ(message.finish_slot().slot(), 21u);
  EXPECT_EQ(message.seq(), 3u);
  Say(*second, 1, 3, 10);
  Say(*second, 2, 3, 11);
  const AgentEvent repeated = TakeOne();
  EXPECT_EQ(repeated.kind, AgentEvent::Kind::kHeard);
  const AgentEvent next = TakeOne();
  EXPECT_EQ(next.agent, agent);
  EXPECT_EQ(next.event->worker_gone().slot(), 11u);
  first->stream->Finish();
}

TEST_F(LeaseTest, ANewStreamTakesThePlaceOfOneThatSeemsAlive) {
  auto first = Connect("i", std::nullopt);
  const int agent = Begin(*first);
  auto second = Connect("i", 1);
  v1::CoordinatorMessage message;
  ASSERT_TRUE(second->stream->Read(&message));
  EXPECT_TRUE(message.has_resume());
  EXPECT_FALSE(first->stream->Read(&message));
  EXPECT_FALSE(first->stream->Finish().ok());
  Say(*second, 1, 1, 5);
  const AgentEvent event = TakeOne();
  EXPECT_EQ(event.agent, agent);
  EXPECT_EQ(event.event->worker_gone().slot(), 5u);
}

TEST_F(LeaseTest, ARestartedAgentIsAnotherAgent) {
  auto first = Connect("i", std::nullopt);
  const int agent = Begin(*first);
  first->context.TryCancel();
  EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kBroken);
  auto second = Connect("j", std::nullopt);
  const AgentEvent joined = TakeOne();
  EXPECT_EQ(joined.kind, AgentEvent::Kind::kJoined);
  EXPECT_NE(joined.agent, agent);
  // And one that comes back without its run has given that up.
  auto third = Connect("i", std::nullopt);
  const AgentEvent left = TakeOne();
  EXPECT_EQ(left.kind, AgentEvent::Kind::kLeft);
  EXPECT_EQ(left.agent, agent);
  EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kJoined);
  first->stream->Finish();
}

TEST_F(LeaseTest, WhoWouldGoOnWithAnotherRunIsTurnedAway) {
  auto stranger = Connect("i", 0);
  v1::CoordinatorMessage message;
  EXPECT_FALSE(stranger->stream->Read(&message));
  EXPECT_EQ(stranger->stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(gateway_.Take(absl::ZeroDuration()).empty());
}

TEST_F(LeaseTest, SignsOfLifeOnlyWhenSilentAndTheRoundTrip) {
  auto agent = Connect("i", std::nullopt);
  const int number = Begin(*agent);
  gateway_.Beat();
  clock_.Advance(absl::Seconds(3));
  // By now something is due; what is said carries it.
  Finish(number, 1);
  gateway_.Beat();
  v1::CoordinatorMessage message;
  ASSERT_TRUE(agent->stream->Read(&message));
  EXPECT_TRUE(message.has_finish_slot());
  const uint32_t ping = message.ping();
  EXPECT_NE(ping, 0u);
  clock_.Advance(absl::Milliseconds(40));
  v1::AgentMessage pong;
  pong.set_pong(ping);
  pong.set_ack(2);
  ASSERT_TRUE(agent->stream->Write(pong));
  const AgentEvent heard = TakeOne();
  EXPECT_EQ(heard.kind, AgentEvent::Kind::kHeard);
  EXPECT_NEAR(heard.round_trip_s, 0.04, 1e-9);
  clock_.Advance(absl::Seconds(3));
  gateway_.Beat();
  ASSERT_TRUE(agent->stream->Read(&message));
  EXPECT_EQ(message.message_case(), v1::CoordinatorMessage::MESSAGE_NOT_SET);
  EXPECT_EQ(message.seq(), 0u);
}

TEST_F(LeaseTest, SilenceBreaksTheStreamAndThenEndsTheLease) {
  auto agent = Connect("i", std::nullopt);
  Begin(*agent);
  clock_.Advance(absl::Seconds(6));
  gateway_.Beat();
  EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kBroken);
  clock_.Advance(absl::Seconds(14));
  gateway_.Beat();
  EXPECT_TRUE(gateway_.Take(absl::ZeroDuration()).empty());
  clock_.Advance(absl::Seconds(1));
  gateway_.Beat();
  const AgentEvent left = TakeOne();
  EXPECT_EQ(left.kind, AgentEvent::Kind::kLeft);
  EXPECT_THAT(left.why, HasSubstr("20s"));
  // Nobody goes on with it after that.
  auto late = Connect("i", 1);
  v1::CoordinatorMessage message;
  EXPECT_FALSE(late->stream->Read(&message));
  EXPECT_EQ(late->stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(LeaseTest, AnAgentThatAcknowledgesWhatWasNeverSaidIsLostInTheEnd) {
  auto connection = Connect("i", std::nullopt);
  Begin(*connection);
  AgentEvent left;
  // The first streams also acknowledge the start of the run, which is progress.
  for (int stream = 0; stream < 5; ++stream) {
    Say(*connection, 1, ~uint64_t{0}, 10);
    left = TakeOne();
    if (left.kind == AgentEvent::Kind::kLeft) break;
    EXPECT_EQ(left.kind, AgentEvent::Kind::kBroken);
    connection = ConnectAgain(std::move(connection));
    EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kResumed);
  }
  ASSERT_EQ(left.kind, AgentEvent::Kind::kLeft);
  EXPECT_THAT(left.why, HasSubstr("cannot be spoken to"));
  // It cannot come again as if nothing had been.
  auto again = Connect("i", std::nullopt);
  v1::CoordinatorMessage message;
  EXPECT_FALSE(again->stream->Read(&message));
  EXPECT_EQ(again->stream->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  connection->context.TryCancel();
  connection->stream->Finish();
}

TEST_F(LeaseTest, AnAgentThatNeverTakesWhatItIsToldIsLostInTheEnd) {
  auto connection = Connect("i", std::nullopt);
  const int agent = Begin(*connection);
  Finish(agent, 20);
  AgentEvent event;
  for (int stream = 0; stream < 5; ++stream) {
    connection->context.TryCancel();
    EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kBroken);
    clock_.Advance(absl::Seconds(2));
    connection = ConnectAgain(std::move(connection));
    event = TakeOne();
    if (event.kind != AgentEvent::Kind::kResumed) break;
  }
  EXPECT_EQ(event.kind, AgentEvent::Kind::kLeft);
  EXPECT_THAT(event.why, HasSubstr("cannot be spoken to"));
  connection->context.TryCancel();
  connection->stream->Finish();
}

TEST_F(LeaseTest, AnAgentThatLivesAndAcknowledgesNothingIsBroken) {
  auto connection = Connect("i", std::nullopt);
  const int agent = Begin(*connection);
  Finish(agent, 20);
  for (int i = 0; i < 7; ++i) {
    clock_.Advance(absl::Seconds(1));
    // A sign of life.
    v1::AgentMessage sign;
    sign.set_ack(1);
    ASSERT_TRUE(connection->stream->Write(sign));
    EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kHeard);
    gateway_.Beat();
  }
  const AgentEvent broken = TakeOne();
  EXPECT_EQ(broken.kind, AgentEvent::Kind::kBroken);
  EXPECT_EQ(broken.why, "it does not take what it is told");
  connection->context.TryCancel();
  connection->stream->Finish();
}

TEST_F(LeaseTest, AnAgentThatEndsItsStreamInOrderHasLeft) {
  auto agent = Connect("i", std::nullopt);
  Begin(*agent);
  Say(*agent, 1, 1, 10);
  agent->stream->WritesDone();
  EXPECT_EQ(TakeOne().event->worker_gone().slot(), 10u);
  EXPECT_EQ(TakeOne().kind, AgentEvent::Kind::kLeft);
  EXPECT_TRUE(agent->stream->Finish().ok());
}

}  // namespace
}  // namespace fastest::agents
