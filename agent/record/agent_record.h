// What an agent does and has done since it was started: for --status and for metrics.
#ifndef FASTEST_AGENT_RECORD_AGENT_RECORD_H_
#define FASTEST_AGENT_RECORD_AGENT_RECORD_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "proto/agent_service.pb.h"

namespace fastest::agent {

// Thread-safe: the loop's thread tells it, any other may ask.
class AgentRecord {
 public:
  // `workdir`: whose disk is looked at. `clock` outlives this.
  AgentRecord(const v1::AgentMessage::Hello& hello, std::string workdir, Clock* clock);

  void RunBegan(const std::string& run_id);
  void RunEnded(const std::string& run_id);
  void WorkerStarted(const std::string& run_id);
  // Something that happened to a run here, as its coordinator is told. `wanted`: workers that end now do so because they were told to.
  void Saw(const std::string& run_id, const v1::AgentMessage::Event& event, bool wanted = false);
  void Draining();

  // All of it, and what the system says now.
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
