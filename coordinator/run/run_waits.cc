// What a run does not wait for: the deadline and the user end every wait, and a run that has all results ends without
// the workers that are not ready (docs/adr/0051-every-wait-has-a-name-and-a-limit.md).
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/run/run.h"

namespace fastest::run {

void Run::KeepDeadline(double now) {
  const policy::Deadline::Phase phase = options_.patience.deadline.At(now - started_at_);
  if (phase == policy::Deadline::Phase::kOpen || Done()) return;
  if (!ending_.stopped()) StopWork(ending_.DeadlineNear(options_.patience.deadline.seconds()), false);
  // Whatever has stopped the run.
  if (phase == policy::Deadline::Phase::kOver) CutOff(now);
}

void Run::CutOff(double now) {
  if (ending_.cut_off()) return;
  ending_.CutOff();
  final_wait_.CutOff(now);
  StopWork("", true);
}

void Run::EndWaits(double now) {
  if (ending_.cut_off()) {
    if (!final_wait_.CutOffTooLong(now)) return;
    std::vector<dispatch::SlotKey> all;
    for (const auto& [slot, worker] : roster_.workers()) all.push_back(slot);
    GiveUpWorkers(all, "its agent was told to kill it, and has not said that it has ended");
    return;
  }
  const bool idle = started_ && !ending_.failed() && queue_.OnlyWorkersLeft();
  if (!final_wait_.IdleTooLong(idle, now)) return;
  const std::vector<dispatch::SlotKey> unneeded = queue_.Unneeded();
  if (unneeded.empty()) return;
  GiveUpWorkers(unneeded, absl::StrCat("every test had its result, and for ", final_wait_.limit_s(),
                                       " s the worker was not ready or its agent was out of reach"));
  Act();
}

void Run::GiveUpWorkers(const std::vector<dispatch::SlotKey>& slots, const std::string& why) {
  for (const dispatch::SlotKey slot : slots) {
    if (const Worker* const worker = roster_.In(slot); worker != nullptr) {
      const std::string how = absl::StrCat("the run does not wait for it (", why, ")");
      control_.WorkerDied(worker->id, how);
      reports_.all().WorkerLost(worker->origin, how);
      roster_.End(slot);
    }
    queue_.WorkerGone(slot, /*replace=*/false);
  }
}

}  // namespace fastest::run
