#include "agent/workers/waits.h"

#include <algorithm>

namespace fastest::agent {
namespace {

// A process that is so late for its own timer did not run meanwhile.
constexpr absl::Duration kSlept = absl::Seconds(1);

}  // namespace

void Waits::Begin(const std::string& name, absl::Time now) { waits_.insert({name, Wait{now + limit_}}); }

void Waits::End(const std::string& name) { waits_.erase(name); }

absl::Time Waits::next() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [name, wait] : waits_) next = std::min(next, wait.ends);
  return next;
}

std::optional<std::string> Waits::TakeOverdue(absl::Time now) {
  for (auto it = waits_.begin(); it != waits_.end(); ++it) {
    Wait& wait = it->second;
    if (now < wait.ends) continue;
    if (now - wait.ends > kSlept && !wait.excused) {
      wait = {now + limit_, true};
      continue;
    }
    std::string name = it->first;
    waits_.erase(it);
    return name;
  }
  return std::nullopt;
}

}  // namespace fastest::agent
