// Failed attempts at a run's tests: which of them are followed by another, how many retries the run may still have, and
// what --quarantine and the history make of a failure that stays. Pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_POLICY_ATTEMPTS_H_
#define FASTEST_COORDINATOR_POLICY_ATTEMPTS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/policy/failure_rules.h"
#include "coordinator/results/run_facts.h"
#include "proto/test.pb.h"
#include "proto/test_id.h"

namespace fastest::policy {

class Attempts {
 public:
  // A failed attempt: `origin` has its number.
  struct Failed {
    v1::TestResult result;
    results::Origin origin;
  };

  // `rules` must outlive this.
  explicit Attempts(const FailureRules& rules) : rules_(rules) {}

  // Whether a run of `tests` tests may have another retry.
  bool MayRetry(int tests) const { return retries_ < rules_.retry_budget.Limit(tests); }
  // The test failed, and is run again. True: this has used up the budget of a run of `tests` tests.
  bool Retry(const v1::TestResult& result, const results::Origin& origin, int tests);
  // The test's last result, of attempt number `attempt`, gets what the policies make of it: a label, or that it does
  // not count.
  void Settle(bool failed, int attempt, v1::TestResult* result);
  // It passed after it had failed.
  void CountFlaky() { ++flaky_; }
  // Failures whose retry never came, settled: they are the last word after all. Each is given once.
  std::vector<Failed> TakeUnretried();

  int retries() const { return retries_; }
  int flaky() const { return flaky_; }
  // Failures that do not count because their tests are in quarantine.
  int quarantined() const { return quarantined_; }
  // What to tell about entries of the quarantine that have matched no test so far; empty if there is none.
  std::string UnmatchedQuarantine() const;
  // What to tell about quarantines that have ended, by test.
  const std::map<std::string, std::string>& expired() const { return expired_; }

 private:
  void ApplyPolicies(bool failed, v1::TestResult* result);

  const FailureRules& rules_;
  // The last attempt of each test that waits for its next one.
  std::map<TestId, Failed> waiting_;
  int retries_ = 0;
  int flaky_ = 0;
  int quarantined_ = 0;
  // Entries of the quarantine that have matched a test.
  std::set<const Quarantine::Entry*> matched_;
  std::map<std::string, std::string> expired_;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_ATTEMPTS_H_
