// What the history says of a failure: new, known before, comes and goes, or caused by the machine.
#ifndef FASTEST_COORDINATOR_POLICY_RED_HISTORY_H_
#define FASTEST_COORDINATOR_POLICY_RED_HISTORY_H_

#include <optional>
#include <string>
#include <unordered_map>

#include "coordinator/history/test_past.h"
#include "proto/test.pb.h"

namespace fastest::policy {

// A value; pure.
class RedHistory {
 public:
  using Pasts = std::unordered_map<std::string, history::TestPast>;

  // No history: labels nothing.
  RedHistory() = default;
  // `own` is by node id, and may lack tests that never failed. `base` is the past of --history-base. Without a base,
  // failures are compared with `own`.
  RedHistory(Pasts own, std::optional<Pasts> base);

  // The label of a failed result: a name for programs, and a text. The first rule that holds gives the name:
  //   infrastructure  the worker was killed from outside while the test ran
  //   known_flaky     the test was flaky in the runs remembered, or went from passing to failing at least twice
  //   red_on_base     the test failed in its last run
  //   new             in all other cases
  v1::RedLabel Label(const v1::TestResult& result) const;

  bool empty() const { return !known_; }

 private:
  bool known_ = false;
  Pasts own_;
  std::optional<Pasts> base_;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_RED_HISTORY_H_
