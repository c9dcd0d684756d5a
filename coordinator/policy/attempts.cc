#include "coordinator/policy/attempts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fastest::policy {

bool Attempts::Retry(const v1::TestResult& result, const results::Origin& origin, int tests) {
  waiting_[TestId(result.ref())] = {result, origin};
  return ++retries_ == rules_.retry_budget.Limit(tests);
}

void Attempts::Settle(bool failed, int attempt, v1::TestResult* result) {
  if (attempt > 1) waiting_.erase(TestId(result->ref()));
  ApplyPolicies(failed, result);
}

void Attempts::ApplyPolicies(bool failed, v1::TestResult* result) {
  if (failed && !rules_.red_history.empty()) *result->mutable_label() = rules_.red_history.Label(*result);
  const Quarantine::Entry* const entry = rules_.quarantine.Find(result->ref().node_id());
  if (entry == nullptr) return;
  matched_.insert(entry);
  if (entry->expired) {
    expired_[entry->test] = absl::StrCat("the quarantine of ", entry->test, " (", entry->owner, ") ended on ",
                                         entry->expires, ": repair it and remove the entry, or renew that");
  } else if (failed) {
    ++quarantined_;
    result->set_quarantined(absl::StrCat(entry->reason, " (", entry->owner, ", until ", entry->expires, ")"));
  }
}

std::string Attempts::UnmatchedQuarantine() const {
  std::vector<std::string> unmatched;
  for (const Quarantine::Entry& entry : rules_.quarantine.entries()) {
    if (matched_.count(&entry) == 0) unmatched.push_back(entry.test);
  }
  if (unmatched.empty()) return "";
  return absl::StrCat(
      "--quarantine: no test matches ", absl::StrJoin(unmatched, ", "),
      unmatched.size() == 1 ? ": remove the entry, or repair its name" : ": remove the entries, or repair their names");
}

std::vector<Attempts::Failed> Attempts::TakeUnretried() {
  std::vector<Failed> failures;
  for (auto& [test, failed] : std::exchange(waiting_, {})) {
    ApplyPolicies(/*failed=*/true, &failed.result);
    failures.push_back(std::move(failed));
  }
  return failures;
}

}  // namespace fastest::policy
