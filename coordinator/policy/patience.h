// How long a run waits, and how many losses it bears: the values of --hang-timeout, --deadline, --max-worker-restart
// and --lease.
#ifndef FASTEST_COORDINATOR_POLICY_PATIENCE_H_
#define FASTEST_COORDINATOR_POLICY_PATIENCE_H_

#include <optional>

#include "coordinator/policy/deadline.h"

namespace fastest::policy {

struct Patience {
  // How long a test may take. 0: no limit.
  double hang_timeout_s = 0;
  Deadline deadline;
  // The run ends when more workers than this have died (pytest-xdist's --max-worker-restart). Unset: no limit.
  std::optional<int> max_worker_restart;
  // How often a test is run again on another agent because its agent was lost while it ran.
  int max_losses = 1;
  // An agent that was not heard of for this long is lost. 0: an agent is lost when its stream breaks.
  double lease_s = 0;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_PATIENCE_H_
