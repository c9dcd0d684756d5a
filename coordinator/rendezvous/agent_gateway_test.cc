#include "coordinator/rendezvous/agent_gateway.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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
    absl::StatusOr<std::unique_ptr<AgentGateway>> gateway = AgentGateway::Listen(address_);
    ASSERT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
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
  for (uint32_t i = 0; i < 200; ++i) EXPECT_EQ(events[i + 1].event.worker_gone().slot(), i);

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
  EXPECT_THAT(status.error_message(), HasSubstr("version 1"));
  EXPECT_THAT(status.error_message(), HasSubstr("7"));
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
  const auto gateway = AgentGateway::Listen("unix:/nowhere/at/all/s");
  ASSERT_FALSE(gateway.ok());
  EXPECT_THAT(std::string(gateway.status().message()), HasSubstr("/nowhere/at/all/s"));
}

}  // namespace
}  // namespace fastest::rendezvous
