// How many retries a whole run may spend (--retry-budget). A second try helps flaky tests. It is wasted on a broken
// build.
#ifndef FASTEST_COORDINATOR_POLICY_RETRY_BUDGET_H_
#define FASTEST_COORDINATOR_POLICY_RETRY_BUDGET_H_

#include <string>

#include "absl/status/statusor.h"

namespace fastest::policy {

// A value; pure.
class RetryBudget {
 public:
  // No limit.
  RetryBudget() = default;
  // "20", or "1%" of the run's tests, rounded up. Errors: InvalidArgument for any other text.
  static absl::StatusOr<RetryBudget> Parse(const std::string& text);

  bool limited() const { return limited_; }
  // How many retries a run of `tests` tests may spend.
  int Limit(int tests) const;

 private:
  bool limited_ = false;
  int count_ = 0;
  // Percent of the tests; negative if a count is given.
  double percent_ = -1;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_RETRY_BUDGET_H_
