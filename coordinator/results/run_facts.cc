#include "coordinator/results/run_facts.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace fastest::results {

bool RunStart::selects() const {
  if (const auto word = options.find("selects"); word != options.end()) return word->second == "true";
  return std::any_of(pytest_args.begin(), pytest_args.end(), [](const std::string& arg) {
    const auto begins = [&](const char* option) { return absl::StartsWith(arg, option); };
    return begins("-k") || begins("-m") || begins("--deselect") || begins("--lf") || begins("--last-failed") ||
           begins("--sw") || begins("--stepwise");
  });
}

}  // namespace fastest::results
