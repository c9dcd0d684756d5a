// Options of pytest that stop a run.
#ifndef FASTEST_COORDINATOR_POLICY_STOP_RULES_H_
#define FASTEST_COORDINATOR_POLICY_STOP_RULES_H_

#include <map>
#include <string>

namespace fastest::policy {

struct StopRules {
  // --maxfail and -x. 0: no limit.
  int failures = 0;
  // --continue-on-collection-errors.
  bool goes_on_after_errors = false;
};

// `options`: Ready.options.
StopRules StopRulesOf(const std::map<std::string, std::string>& options);

}  // namespace fastest::policy

#endif  // FASTEST_COORDINATOR_POLICY_STOP_RULES_H_
