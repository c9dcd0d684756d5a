// One run as an agent sees it: joins a coordinator, does what it says, and leaves nothing behind however it ends.
#ifndef FASTEST_AGENT_COORDINATOR_SESSION_H_
#define FASTEST_AGENT_COORDINATOR_SESSION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agent/coordinator_stream.h"
#include "agent/event_loop.h"
#include "agent/worker_pool.h"
#include "base/clock.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Lives on the loop's thread.
class CoordinatorSession {
 public:
  struct Options {
    v1::AgentMessage::Hello hello;
    // For Python before the run names one.
    std::string python;
    // The folder fastest_runner.
    std::string runner;
    // How long the coordinator may take to end the stream after the agent has said all.
    absl::Duration close_limit = absl::Seconds(5);
  };

  // Starts Python at once. `loop` and `clock` outlive this.
  CoordinatorSession(Options options, EventLoop* loop, Clock* clock);

  // Opens the stream. Once.
  void Join(std::shared_ptr<grpc::Channel> channel);
  // Ends everything now. Before Join or after.
  void Abort(const std::string& why);

  // Valid when the loop has been stopped by this session, which it does when stream, workers and zygote have ended: OK
  // if the coordinator ended the stream in good order.
  const absl::Status& result() const { return result_; }

 private:
  void OnMessage(const v1::CoordinatorMessage& message);
  void OnStreamDone(const absl::Status& status);
  void OnWorkersGone();
  void OnZygoteEnded();
  void StopIfOver();

  const Options options_;
  EventLoop* const loop_;
  Clock* const clock_;
  WorkerPool pool_;
  std::unique_ptr<CoordinatorStream> stream_;
  bool greeted_ = false;
  bool stream_done_ = false;
  bool zygote_ended_ = false;
  bool end_asked_ = false;
  // Why this side ended it; OK if it didn't.
  absl::Status aborted_;
  absl::Status result_;
  EventLoop::TimerId close_timer_ = 0;
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_COORDINATOR_SESSION_H_
