#include "coordinator/results/agent_clock.h"

#include <algorithm>
#include <cmath>

namespace fastest::results {

void AgentClock::SentTo(double ours, double theirs) {
  if (std::isfinite(theirs) && theirs > 0) most_ = std::min(most_, theirs - ours);
}

void AgentClock::ReceivedFrom(double theirs, double ours) {
  if (std::isfinite(theirs) && theirs > 0) least_ = std::max(least_, theirs - ours);
}

double AgentClock::ahead_s() const {
  if (least_ <= 0 && most_ >= 0) return 0;
  if (!std::isfinite(least_)) return most_;
  if (!std::isfinite(most_)) return least_;
  return (least_ + most_) / 2;
}

}  // namespace fastest::results
