#include "agent/record/agent_record.h"

#include <stdlib.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/version.h"
#include "proto/outcome_name.h"

namespace fastest::agent {
namespace {

// 0: the system does not say.
uint64_t AvailableMemory() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  uint64_t kilobytes = 0;
  std::string unit;
  while (file >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes * 1024;
    std::getline(file, unit);
  }
  return 0;
}

}  // namespace

AgentRecord::AgentRecord(const v1::AgentMessage::Hello& hello, std::string workdir, Clock* clock)
    : workdir_(std::move(workdir)), clock_(clock) {
  status_.set_name(hello.name());
  status_.set_hostname(hello.hostname());
  *status_.mutable_labels() = hello.labels();
  status_.set_version(kVersion);
  status_.set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
  status_.set_slots(hello.slots());
  status_.set_started_at(UnixSeconds(clock->Now()));
}

void AgentRecord::RunBegan(const std::string& run_id) {
  absl::MutexLock lock(&mu_);
  v1::AgentStatus::Run* const run = status_.add_runs();
  run->set_run_id(run_id);
  run->set_started_at(UnixSeconds(clock_->Now()));
  status_.set_runs_begun(status_.runs_begun() + 1);
}

void AgentRecord::RunEnded(const std::string& run_id) {
  absl::MutexLock lock(&mu_);
  auto* const runs = status_.mutable_runs();
  runs->erase(std::remove_if(runs->begin(), runs->end(), [&](const auto& run) { return run.run_id() == run_id; }),
              runs->end());
}

void AgentRecord::WorkerStarted(const std::string& run_id) {
  absl::MutexLock lock(&mu_);
  status_.set_workers_started(status_.workers_started() + 1);
  if (v1::AgentStatus::Run* const run = FindRun(run_id)) run->set_workers(run->workers() + 1);
}

void AgentRecord::Saw(const std::string& run_id, const v1::AgentMessage::Event& event, bool wanted) {
  absl::MutexLock lock(&mu_);
  v1::AgentStatus::Run* const run = FindRun(run_id);
  if (event.has_worker_gone()) {
    if (!event.worker_gone().orderly() && !wanted) status_.set_workers_died(status_.workers_died() + 1);
    if (run != nullptr && run->workers() > 0) run->set_workers(run->workers() - 1);
  }
  if (!event.has_from_worker() || !event.from_worker().message().has_progress()) return;
  const v1::WorkerMessage::Progress& progress = event.from_worker().message().progress();
  for (const v1::TestResult& result : progress.results()) ++(*status_.mutable_results())[OutcomeName(result.outcome())];
  if (progress.passed_size() > 0) (*status_.mutable_results())[OutcomeName(v1::PASSED)] += progress.passed_size();
  if (run != nullptr) run->set_results(run->results() + progress.results_size() + progress.passed_size());
}

void AgentRecord::Draining() {
  absl::MutexLock lock(&mu_);
  status_.set_draining(true);
}

v1::AgentStatus AgentRecord::Status() const {
  v1::AgentStatus status;
  {
    absl::MutexLock lock(&mu_);
    status = status_;
  }
  status.set_now(UnixSeconds(clock_->Now()));
  double load = 0;
  if (getloadavg(&load, 1) == 1) status.set_load(load);
  status.set_memory_available(AvailableMemory());
  struct statvfs disk = {};
  if (statvfs(workdir_.c_str(), &disk) == 0) status.set_disk_available(uint64_t{disk.f_bavail} * disk.f_frsize);
  return status;
}

v1::AgentStatus::Run* AgentRecord::FindRun(const std::string& run_id) {
  for (v1::AgentStatus::Run& run : *status_.mutable_runs()) {
    if (run.run_id() == run_id) return &run;
  }
  return nullptr;
}

}  // namespace fastest::agent
