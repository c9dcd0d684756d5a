// How many retries a whole run may spend (--retry-budget): flaky tests are worth a second try, a broken build is not.
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
  // "20", or "1%" of the run's tests, rounded up. InvalidArgument for anything else.
  static absl::StatusOr<RetryBudget> Parse(const std::string& text);

  bool limited() const { return limited_; }
  // How many retries a run of `tests` tests may have.
  int Limit(int tests) const;

 private:
  bool limited_ = false;
  int count_ = 0;
  // Of the tests; negative: the count is given.
  double percent_ = -1;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_RETRY_BUDGET_H_
