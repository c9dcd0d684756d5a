// What failures mean for a run: the values of --retries, --retry-budget, --flaky-result and --quarantine, and what the
// history says of failures.
#ifndef FASTEST_COORDINATOR_POLICY_FAILURE_RULES_H_
#define FASTEST_COORDINATOR_POLICY_FAILURE_RULES_H_

#include "coordinator/policy/quarantine.h"
#include "coordinator/policy/red_history.h"
#include "coordinator/policy/retry_budget.h"

namespace fastest::policy {

struct FailureRules {
  // How often a test that fails is run again.
  int retries = 0;
  // How many retries the whole run may have.
  RetryBudget retry_budget;
  // A test that passed after it had failed fails the run all the same.
  bool flaky_fails = false;
  Quarantine quarantine;
  // What failures are labelled by.
  RedHistory red_history;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_FAILURE_RULES_H_
