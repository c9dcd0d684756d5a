#include "coordinator/agents/agent_stream.h"

#include <google/protobuf/arena.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/net/grpc_limits.h"

namespace fastest::agents {
namespace {

constexpr char kServeMethod[] = "/fastest.v1.Agent/Serve";
// Of an arena. A message takes about four times as much there as it does when written.
constexpr size_t kMinBlock = 512;
constexpr size_t kMaxBlock = size_t{256} << 10;

// Null if it is no message.
std::shared_ptr<v1::AgentMessage> Read(grpc::ByteBuffer* bytes) {
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::clamp(4 * bytes->Length(), kMinBlock, kMaxBlock);
  options.max_block_size = kMaxBlock;
  auto arena = std::make_shared<google::protobuf::Arena>(options);
  auto* message = google::protobuf::Arena::CreateMessage<v1::AgentMessage>(arena.get());
  if (!grpc::SerializationTraits<v1::AgentMessage>::Deserialize(bytes, message).ok()) return nullptr;
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

// What is the same whoever dialled. gRPC calls the On… methods, one at a time for reads and one at a time for writes.
template <class Reactor>
class ReactorStream : public AgentStream, public Reactor {
 public:
  explicit ReactorStream(Listener* listener) : listener_(listener) {}

  void Send(const v1::CoordinatorMessage& message, const grpc::ByteBuffer* rest) override {
    grpc::ByteBuffer written = Written(message);
    if (rest != nullptr) written = Joined(written, *rest);
    absl::MutexLock lock(&mu_);
    if (finishing_ || closing_) return;
    outgoing_.push_back(std::move(written));
    WriteNext();
  }

  void Close(const grpc::Status& status) override {
    absl::MutexLock lock(&mu_);
    if (closing_) return;
    closing_ = true;
    if (!status.ok()) {
      // Not even what is being written needs to arrive.
      while (outgoing_.size() > (writing_ ? 1 : 0)) outgoing_.pop_back();
      if (!done_) Cancel(writing_);
    }
    final_status_ = status;
    FinishIfWritten();
  }

  void ResumeReading() override {
    absl::MutexLock lock(&mu_);
    if (!read_paused_ || finishing_) return;
    read_paused_ = false;
    this->StartRead(&incoming_);
  }

  bool reading_paused() override {
    absl::MutexLock lock(&mu_);
    return read_paused_;
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      // The agent has said all, or the stream is broken: which of them its end shows.
      Close(grpc::Status::OK);
      return;
    }
    std::shared_ptr<v1::AgentMessage> message = Read(&incoming_);
    if (message == nullptr) {
      Close(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "it sent something that is no message"));
      return;
    }
    listener_->OnMessage(this, std::move(message));
    {
      absl::MutexLock lock(&mu_);
      read_paused_ = true;
    }
    // Paused first: whoever makes room after this look will find it so.
    if (listener_->MayRead(this)) ResumeReading();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    outgoing_.pop_front();
    if (!ok) outgoing_.clear();
    WriteNext();
    if (closing_) FinishIfWritten();
  }

 protected:
  // With mu_ held, and gRPC not done with it.
  virtual void Cancel(bool writing) = 0;
  // Called once, with mu_ held, when no write is under way and none will be begun.
  virtual void Finish(const grpc::Status& status) = 0;

  void StartReading() { this->StartRead(&incoming_); }
  void Over(const grpc::Status& status) {
    {
      absl::MutexLock lock(&mu_);
      done_ = true;
    }
    listener_->OnOver(this, status);
  }

 private:
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || outgoing_.empty() || finishing_) return;
    writing_ = true;
    this->StartWrite(&outgoing_.front());
  }

  void FinishIfWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finishing_ || writing_ || !outgoing_.empty()) return;
    finishing_ = true;
    Finish(final_status_);
  }

  Listener* const listener_;
  // gRPC's while a read is under way.
  grpc::ByteBuffer incoming_;

  absl::Mutex mu_;
  std::deque<grpc::ByteBuffer> outgoing_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool read_paused_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool finishing_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Status final_status_ ABSL_GUARDED_BY(mu_);
};

class Accepted final : public ReactorStream<JoinReactor> {
 public:
  Accepted(Listener* listener, grpc::CallbackServerContext* context) : ReactorStream(listener), context_(context) {}
  void Begin() override { StartReading(); }
  void OnCancel() override {
    cancelled_ = true;
    Close(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    Over(cancelled_ ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "its stream broke") : grpc::Status::OK);
  }

 protected:
  // A status reaches the agent only behind what is being written, and that may be stuck.
  void Cancel(bool writing) override {
    if (writing) context_->TryCancel();
  }
  void Finish(const grpc::Status& status) override { JoinReactor::Finish(status); }

 private:
  grpc::CallbackServerContext* const context_;
  std::atomic<bool> cancelled_{false};
};

class Dialled final : public ReactorStream<grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>> {
 public:
  Dialled(Listener* listener, const TransportSecurity* security, const std::string& address, const std::string& run_id)
      : ReactorStream(listener),
        stub_(grpc::CreateCustomChannel(address, security->ForClient(address), ClientArguments(address))) {
    security->Present(&context_);
    if (!run_id.empty()) context_.AddMetadata(kRunMetadata, run_id);
  }
  void Begin() override {
    stub_.PrepareBidiStreamingCall(&context_, kServeMethod, grpc::StubOptions(), this);
    // Writes are started from outside gRPC's calls. Taken back when no more will be.
    AddHold();
    StartReading();
    StartCall();
  }
  void OnDone(const grpc::Status& status) override { Over(status); }

 protected:
  void Cancel(bool /*writing*/) override { context_.TryCancel(); }
  void Finish(const grpc::Status& /*status*/) override { RemoveHold(); }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
};

}  // namespace

grpc::ByteBuffer Written(const v1::CoordinatorMessage& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  // It only fails for messages of more than 2 GiB.
  grpc::SerializationTraits<v1::CoordinatorMessage>::Serialize(message, &bytes, &own).ok();
  return bytes;
}

std::pair<std::unique_ptr<AgentStream>, JoinReactor*> AcceptStream(AgentStream::Listener* listener,
                                                                   grpc::CallbackServerContext* context) {
  auto stream = std::make_unique<Accepted>(listener, context);
  JoinReactor* reactor = stream.get();
  return {std::move(stream), reactor};
}

std::unique_ptr<AgentStream> DialStream(AgentStream::Listener* listener, const TransportSecurity* security,
                                        const std::string& address, const std::string& run_id) {
  return std::make_unique<Dialled>(listener, security, address, run_id);
}

}  // namespace fastest::agents
