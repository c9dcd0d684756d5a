// When a run that must end by a certain time stops (--deadline).
#ifndef FASTEST_COORDINATOR_POLICY_DEADLINE_H_
#define FASTEST_COORDINATOR_POLICY_DEADLINE_H_

#include <algorithm>

namespace fastest::policy {

// A value; pure. Seconds from the start of the run.
class Deadline {
 public:
  enum class Phase {
    kOpen,
    // What runs may end; nothing more is begun.
    kNoNewWork,
    // What still runs is cut off.
    kOver,
  };

  // None.
  Deadline() = default;
  explicit Deadline(double seconds) : seconds_(seconds) {}

  double seconds() const { return seconds_; }

  Phase At(double since_start) const {
    if (seconds_ <= 0) return Phase::kOpen;
    if (since_start >= seconds_) return Phase::kOver;
    return since_start >= seconds_ - Margin() ? Phase::kNoNewWork : Phase::kOpen;
  }

 private:
  // So that tests that have begun can end, and reports be written: a tenth, and half a minute at most.
  double Margin() const { return std::min(seconds_ / 10, 30.0); }

  double seconds_ = 0;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_DEADLINE_H_
