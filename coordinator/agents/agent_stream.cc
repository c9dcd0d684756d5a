#include "coordinator/agents/agent_stream.h"

#include <google/protobuf/arena.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/net/call_streams.h"
#include "base/net/grpc_limits.h"
#include "proto/border.h"

namespace fastest::agents {
namespace {

constexpr char kServeMethod[] = "/fastest.v1.Agent/Serve";
// Of an arena. A message takes about four times as many bytes there as on the wire.
constexpr size_t kMinBlock = 512;
constexpr size_t kMaxBlock = size_t{256} << 10;

// Null: the bytes are no message.
std::shared_ptr<v1::AgentMessage> Read(grpc::ByteBuffer* bytes) {
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::clamp(4 * bytes->Length(), kMinBlock, kMaxBlock);
  options.max_block_size = kMaxBlock;
  auto arena = std::make_shared<google::protobuf::Arena>(options);
  auto* message = google::protobuf::Arena::CreateMessage<v1::AgentMessage>(arena.get());
  if (!grpc::SerializationTraits<v1::AgentMessage>::Deserialize(bytes, message).ok()) return nullptr;
  // Nobody sees an agent's message before this.
  Sanitize(message);
  return std::shared_ptr<v1::AgentMessage>(std::move(arena), message);
}

grpc::ByteBuffer Joined(const grpc::ByteBuffer& first, const grpc::ByteBuffer& second) {
  std::vector<grpc::Slice> slices;
  std::vector<grpc::Slice> more;
  first.Dump(&slices).ok();
  second.Dump(&more).ok();
  slices.insert(slices.end(), more.begin(), more.end());
  return grpc::ByteBuffer(slices.data(), slices.size());
}

// A stream of either kind, as the gateway sees it.
template <class Stream>
class GatewayStream : public AgentStream, protected Stream {
 public:
  template <class... Arguments>
  explicit GatewayStream(Listener* listener, Arguments... arguments) : Stream(arguments...), listener_(listener) {}

  void Send(const v1::CoordinatorMessage& message, const grpc::ByteBuffer* rest) override {
    grpc::ByteBuffer written = Written(message);
    if (rest != nullptr) written = Joined(written, *rest);
    Stream::Send(std::move(written));
  }
  void Close(const grpc::Status& status) override { Stream::Close(status); }
  void ResumeReading() override { Stream::ResumeReading(); }
  bool reading_paused() override { return Stream::reading_paused(); }

 private:
  grpc::Status OnMessage(grpc::ByteBuffer* bytes) override {
    std::shared_ptr<v1::AgentMessage> message = Read(bytes);
    if (message == nullptr) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "it sent something that is no message");
    }
    listener_->OnMessage(this, std::move(message));
    return grpc::Status::OK;
  }
  bool MayRead() override { return listener_->MayRead(this); }
  void OnOver(const grpc::Status& status) override { listener_->OnOver(this, status); }

  Listener* const listener_;
};

class Accepted final : public GatewayStream<ServerMessageStream<grpc::ByteBuffer, grpc::ByteBuffer>> {
 public:
  Accepted(Listener* listener, grpc::CallbackServerContext* context) : GatewayStream(listener, context) {}
  JoinReactor* reactor() { return this; }
  void Begin() override { ServerMessageStream::Begin(); }
};

class Dialled final : public GatewayStream<ClientMessageStream<grpc::ByteBuffer, grpc::ByteBuffer>> {
 public:
  Dialled(Listener* listener, const TransportSecurity* security, const std::string& address, const std::string& run_id)
      : GatewayStream(listener),
        stub_(grpc::CreateCustomChannel(address, security->ForClient(address), ClientArguments(address))) {
    security->Present(&context());
    if (!run_id.empty()) context().AddMetadata(kRunMetadata, run_id);
  }
  void Begin() override {
    stub_.PrepareBidiStreamingCall(&context(), kServeMethod, grpc::StubOptions(), this);
    ClientMessageStream::Begin();
  }

 private:
  grpc::GenericStub stub_;
};

}  // namespace

grpc::ByteBuffer Written(const v1::CoordinatorMessage& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  // Fails only for messages of more than 2 GiB.
  grpc::SerializationTraits<v1::CoordinatorMessage>::Serialize(message, &bytes, &own).ok();
  return bytes;
}

std::pair<std::unique_ptr<AgentStream>, JoinReactor*> AcceptStream(AgentStream::Listener* listener,
                                                                   grpc::CallbackServerContext* context) {
  auto stream = std::make_unique<Accepted>(listener, context);
  JoinReactor* reactor = stream->reactor();
  return {std::move(stream), reactor};
}

std::unique_ptr<AgentStream> DialStream(AgentStream::Listener* listener, const TransportSecurity* security,
                                        const std::string& address, const std::string& run_id) {
  return std::make_unique<Dialled>(listener, security, address, run_id);
}

}  // namespace fastest::agents
