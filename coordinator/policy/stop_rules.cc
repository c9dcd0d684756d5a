#include "coordinator/policy/stop_rules.h"

#include "absl/strings/numbers.h"

namespace fastest::policy {

StopRules StopRulesOf(const std::map<std::string, std::string>& options) {
  StopRules rules;
  if (const auto limit = options.find("maxfail"); limit != options.end()) {
    if (!absl::SimpleAtoi(limit->second, &rules.failures)) rules.failures = 0;
  }
  const auto goes_on = options.find("continue_on_collection_errors");
  rules.goes_on_after_errors = goes_on != options.end() && goes_on->second == "true";
  return rules;
}

}  // namespace fastest::policy
