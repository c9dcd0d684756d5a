// When a run with a time limit stops (--deadline).
#ifndef FASTEST_COORDINATOR_POLICY_DEADLINE_H_
#define FASTEST_COORDINATOR_POLICY_DEADLINE_H_

#include <algorithm>

namespace fastest::policy {

// Times are seconds from the start of the run. A value; pure.
class Deadline {
 public:
  enum class Phase {
    kOpen,
    // Tests that run may end. Nothing new is begun.
    kNoNewWork,
    // Tests that still run are cut off.
    kOver,
  };

  // No deadline.
  Deadline() = default;
  explicit Deadline(double seconds) : seconds_(seconds) {}

  double seconds() const { return seconds_; }

  Phase At(double since_start) const {
    if (seconds_ <= 0) return Phase::kOpen;
    if (since_start >= seconds_) return Phase::kOver;
    return since_start >= seconds_ - Margin() ? Phase::kNoNewWork : Phase::kOpen;
  }

 private:
  // The time that tests in progress have to end, and reports to be written: a tenth of the deadline, at most half a
  // minute.
  double Margin() const { return std::min(seconds_ / 10, 30.0); }

  double seconds_ = 0;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_DEADLINE_H_
