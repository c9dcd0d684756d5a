#include "coordinator/policy/red_history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace fastest::policy {
namespace {

using history::TestPast;

// The signal of the kernel when it is out of memory, and of container runtimes that end a container. Tests that end
// themselves do so in other ways.
constexpr char kKilled[] = "SIGKILL";

const TestPast* Find(const RedHistory::Pasts& pasts, const std::string& node_id) {
  const auto past = pasts.find(node_id);
  return past == pasts.end() ? nullptr : &past->second;
}

bool ComesAndGoes(const TestPast& past) {
  int breaks = 0;
  for (size_t i = 1; i < past.runs.size(); ++i) {
    breaks += past.runs[i] == history::kFailed && past.runs[i - 1] != history::kFailed ? 1 : 0;
  }
  return breaks >= 2 || past.runs.find(history::kFlaky) != std::string::npos;
}

std::string Day(int64_t at) { return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(at), absl::UTCTimeZone()); }

// The number of failures in a row at the end of the past.
size_t Streak(const TestPast& past) {
  const size_t last_other = past.runs.find_last_not_of(history::kFailed);
  return last_other == std::string::npos ? past.runs.size() : past.runs.size() - last_other - 1;
}

std::string Runs(size_t count) { return count == 1 ? "run" : absl::StrCat(count, " runs"); }

v1::RedLabel Make(const char* name, std::string text) {
  v1::RedLabel label;
  label.set_name(name);
  label.set_text(std::move(text));
  return label;
}

}  // namespace

RedHistory::RedHistory(Pasts own, std::optional<Pasts> base)
    : known_(true), own_(std::move(own)), base_(std::move(base)) {}

v1::RedLabel RedHistory::Label(const v1::TestResult& result) const {
  if (result.reason() == v1::CRASH && absl::StrContains(result.death(), kKilled)) {
    return Make("infrastructure",
                absl::StrCat("its worker was killed from outside (", kKilled, "), as when memory runs short"));
  }
  const std::string& node_id = result.ref().node_id();
  const TestPast* const own = Find(own_, node_id);
  const TestPast* const base = base_.has_value() ? Find(*base_, node_id) : own;
  for (const TestPast* past : {base, own}) {
    if (past == nullptr || !ComesAndGoes(*past)) continue;
    const auto bad =
        std::count_if(past->runs.begin(), past->runs.end(), [](char c) { return c != history::kDidNotFail; });
    const size_t all = past->runs.size();
    return Make("known_flaky",
                absl::StrCat("it failed or was flaky in ",
                             all == 1 ? "the last run" : absl::StrCat(bad, " of the last ", all, " runs")));
  }
  if (base != nullptr && base->failing_since > 0) {
    return Make("red_on_base",
                absl::StrCat(base_.has_value() ? "it fails on the base too, since " : "it failed before, since ",
                             Day(base->failing_since), ", in the last ", Runs(Streak(*base))));
  }
  if (base_.has_value() && own != nullptr && own->failing_since > 0) {
    return Make("new", absl::StrCat("it does not fail on the base; here it does since ", Day(own->failing_since)));
  }
  return Make("new", base_.has_value() ? "it does not fail on the base" : "it did not fail before");
}

}  // namespace fastest::policy
