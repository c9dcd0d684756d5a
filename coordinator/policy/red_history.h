// What a history says of a test that fails: whether that is new, was so before, comes and goes, or has to do with the machine.
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

  // Of no history: labels nothing.
  RedHistory() = default;
  // By node id; tests that never failed may be left out. `base`: of --history-base; nothing if there is none, then what came before here is
  // what a failure is compared with.
  RedHistory(Pasts own, std::optional<Pasts> base);

  // The label of a result that failed: for programs "new", "red_on_base", "known_flaky" or "infrastructure", and a text for people. By
  // these rules, the first that holds:
  //   infrastructure  the worker was killed from outside while the test ran
  //   known_flaky     in the runs remembered it was flaky, or it has gone from passing to failing at least twice
  //   red_on_base     it failed when it ran last
  //   new             all else
  v1::RedLabel Label(const v1::TestResult& result) const;

  bool empty() const { return !known_; }

 private:
  bool known_ = false;
  Pasts own_;
  std::optional<Pasts> base_;
};

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_RED_HISTORY_H_
