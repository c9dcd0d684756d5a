// How far an agent's clock is ahead of ours, from what comes and goes anyway. Pure; not thread-safe.
//
// A message that we sent at s and that the agent had at r by its clock says that it is ahead by at most r - s; one that
// it sent at s and that we had at r says that it is ahead by at least s - r. With the quickest message each way the
// truth lies between; the round trip is the width.
#ifndef FASTEST_COORDINATOR_RESULTS_AGENT_CLOCK_H_
#define FASTEST_COORDINATOR_RESULTS_AGENT_CLOCK_H_

#include <limits>

namespace fastest::results {

class AgentClock {
 public:
  // Seconds since the epoch: `ours` by our clock, `theirs` by the agent's.
  void SentTo(double ours, double theirs);
  void ReceivedFrom(double theirs, double ours);

  // Seconds by which it is ahead: none as long as nothing speaks against it, so that agents on our own machine are left
  // alone.
  double ahead_s() const;
  // A point in time of the agent's by our clock.
  double ToOurs(double theirs) const { return theirs - ahead_s(); }

 private:
  double most_ = std::numeric_limits<double>::infinity();
  double least_ = -std::numeric_limits<double>::infinity();
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_AGENT_CLOCK_H_
