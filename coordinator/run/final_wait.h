// How long a run waits for workers that have nothing left to tell it (docs/adr/0051-every-wait-has-a-name-and-a-limit).
// Part of the run; pure: time is an argument (seconds since the epoch); not thread-safe.
#ifndef FASTEST_COORDINATOR_RUN_FINAL_WAIT_H_
#define FASTEST_COORDINATOR_RUN_FINAL_WAIT_H_

#include <algorithm>
#include <optional>

namespace fastest::run {

class FinalWait {
 public:
  // A worker was ready so many seconds after the run had begun. Others may take as long: the first word counts.
  void FirstReady(double seconds) {
    if (!first_ready_s_.has_value()) first_ready_s_ = seconds;
  }

  // To be told often. `idle`: every test has what it will get, and no worker holds one. True: what has not become ready
  // meanwhile, or cannot be reached, is not waited for any longer.
  bool IdleTooLong(bool idle, double now) {
    if (!idle) {
      idle_since_.reset();
      return false;
    }
    if (!idle_since_.has_value()) idle_since_ = now;
    return now - *idle_since_ >= limit_s();
  }
  double limit_s() const { return std::clamp(first_ready_s_.value_or(0), kLeast, kMost); }

  // The running tests were cut off: the agents kill the workers.
  void CutOff(double now) {
    if (!cut_off_at_.has_value()) cut_off_at_ = now;
  }
  // True: the run ends without a word of the workers' ends.
  bool CutOffTooLong(double now) const { return cut_off_at_.has_value() && now - *cut_off_at_ >= kKillLimit; }

 private:
  // The workers of a run are started at the same time. One that comes so much later than the first hangs, or was
  // started for work that others have done.
  static constexpr double kLeast = 5;
  static constexpr double kMost = 30;
  // An agent that does not see its workers end kills the process that forks them after 10 seconds.
  static constexpr double kKillLimit = 13;

  std::optional<double> first_ready_s_;
  std::optional<double> idle_since_;
  std::optional<double> cut_off_at_;
};

}  // namespace fastest::run

#endif  // FASTEST_COORDINATOR_RUN_FINAL_WAIT_H_
