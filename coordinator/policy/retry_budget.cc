#include "coordinator/policy/retry_budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace fastest::policy {

absl::StatusOr<RetryBudget> RetryBudget::Parse(const std::string& text) {
  RetryBudget budget;
  budget.limited_ = true;
  if (!text.empty() && text.back() == '%') {
    const absl::string_view number = absl::string_view(text).substr(0, text.size() - 1);
    if (absl::SimpleAtod(number, &budget.percent_) && budget.percent_ >= 0 && budget.percent_ <= 100) return budget;
  } else if (absl::SimpleAtoi(text, &budget.count_) && budget.count_ >= 0) {
    return budget;
  }
  return absl::InvalidArgumentError("a number is needed, or a percentage of the tests such as 1%");
}

int RetryBudget::Limit(int tests) const {
  if (!limited_) return std::numeric_limits<int>::max();
  return percent_ < 0 ? count_ : static_cast<int>(std::ceil(std::max(tests, 0) * percent_ / 100));
}

}  // namespace fastest::policy
