// What an agent does now, and has done since it was started. For --status and for metrics.
#ifndef FASTEST_AGENT_RECORD_AGENT_RECORD_H_
#define FASTEST_AGENT_RECORD_AGENT_RECORD_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Thread-safe: told by the loop's thread, asked by any.
class AgentRecord {
 public:
  // The free disk space is that of `workdir`. `clock` outlives this.
  AgentRecord(const v1::AgentMessage::Hello& hello, std::string workdir, Clock* clock);

  void RunBegan(const std::string& run_id);
  void RunEnded(const std::string& run_id);
  void WorkerStarted(const std::string& run_id);
  // An event of a run, as its coordinator is told. `wanted`: a worker that ends now was told to.
  void Saw(const std::string& run_id, const v1::AgentMessage::Event& event, bool wanted = false);
  void Draining();

  // With the state of the system now.
  v1::AgentStatus Status() const;

 private:
  v1::AgentStatus::Run* FindRun(const std::string& run_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string workdir_;
  Clock* const clock_;
  mutable absl::Mutex mu_;
  v1::AgentStatus status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace fastest::agent

#endif  // FASTEST_AGENT_RECORD_AGENT_RECORD_H_
