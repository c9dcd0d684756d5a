// A coordinator for tests: a real gRPC server on a Unix socket. It does what the test says and keeps what the agent
// says.
#ifndef FASTEST_AGENT_TESTING_FAKE_COORDINATOR_H_
#define FASTEST_AGENT_TESTING_FAKE_COORDINATOR_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agent {

// Serves one agent. Thread-safe. The destructor cancels the stream.
class FakeCoordinator : public v1::AgentRendezvous::Service {
 public:
  // Listens in `folder`, whose path must be short: a socket's path may have 107 bytes.
  explicit FakeCoordinator(const std::string& folder);
  ~FakeCoordinator() override;

  const std::string& address() const { return address_; }

  // Breaks the stream; the agent may join again.
  void Break();
  // Waits for the agent to join, after a Break again. Nullopt: it does not come.
  std::optional<v1::AgentMessage::Hello> WaitForHello();
  void Send(const v1::CoordinatorMessage& message);
  // Ends the stream with `status` as soon as the agent has said something or closed its side.
  void Close(const grpc::Status& status);

  // Waits for the first event that `wanted` accepts, from the one numbered `*position` on. Moves *position behind it.
  // Nullopt: it does not come in any reasonable time, or the stream has ended.
  std::optional<v1::AgentMessage::Event> WaitFor(const std::function<bool(const v1::AgentMessage::Event&)>& wanted,
                                                 size_t* position);
  // Everything so far.
  std::vector<v1::AgentMessage::Event> events();
  // The highest `seq` that has come.
  uint64_t received();
  // How many messages have come, the hello included.
  int message_count();
  // Waits until the agent has closed its side or is gone.
  bool WaitForEnd();

  grpc::Status Join(grpc::ServerContext* context,
                    grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::AgentMessage>* stream) override;

  // While it holds back, the agent's messages stay unread.
  void HoldBack(bool hold);

 private:
  const std::string address_;
  absl::Mutex mu_;
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mu_) = nullptr;
  grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::AgentMessage>* stream_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::optional<v1::AgentMessage::Hello> hello_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::AgentMessage::Event> events_ ABSL_GUARDED_BY(mu_);
  uint64_t received_ ABSL_GUARDED_BY(mu_) = 0;
  int message_count_ ABSL_GUARDED_BY(mu_) = 0;
  std::optional<grpc::Status> close_ ABSL_GUARDED_BY(mu_);
  bool held_back_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_TESTING_FAKE_COORDINATOR_H_
