#include "coordinator/rendezvous/agent_gateway.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/transport_security.h"

namespace fastest::rendezvous {
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

// An agent that listens: says hello with `version`, then gives back what it is told as numbers of slots, and ends its part at end_run.
class ListeningAgent final : public v1::Agent::Service {
 public:
  explicit ListeningAgent(uint32_t version) : version_(version) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status Serve(grpc::ServerContext* /*context*/,
                     grpc::ServerReaderWriter<v1::AgentMessage, v1::CoordinatorMessage>* stream) override {
    v1::AgentMessage hello;
    hello.mutable_hello()->set_protocol_version(version_);
    hello.mutable_hello()->set_name("listener");
    stream->Write(hello);
    v1::CoordinatorMessage message;
    while (stream->Read(&message) && !message.has_end_run()) {
      v1::AgentMessage answer;
      answer.mutable_events()->add_events()->mutable_worker_gone()->set_slot(message.finish_slot().slot());
      stream->Write(answer);
    }
    return grpc::Status::OK;
  }

 private:
  const uint32_t version_;
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

}  // namespace
}  // namespace fastest::rendezvous
