#include "coordinator/report/live_line.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fastest::report {
namespace {

std::string Clock(double seconds) {
  const int64_t whole = std::max<int64_t>(0, static_cast<int64_t>(seconds));
  if (whole < 3600) return absl::StrFormat("%d:%02d", whole / 60, whole % 60);
  return absl::StrFormat("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

void LiveLine::TestStarted(const v1::TestRef& test, const Origin& origin, double at) {
  running_[{origin.agent, origin.worker}] = {test.node_id(), at};
}

void LiveLine::Result(const v1::TestResult& result, const Origin& origin, bool failed) {
  ++reported_;
  if (failed) ++failed_;
  const auto running = running_.find({origin.agent, origin.worker});
  if (running != running_.end() && running->second.node_id == result.ref().node_id()) running_.erase(running);
}

void LiveLine::WorkerLost(const Origin& origin) { running_.erase({origin.agent, origin.worker}); }

std::string LiveLine::Text(double started_at, double now) const {
  std::string text = absl::StrCat(Clock(now - started_at), "  ", reported_);
  if (expected_ > 0) absl::StrAppend(&text, "/", std::max(expected_, reported_));
  absl::StrAppend(&text, reported_ == 1 && expected_ == 0 ? " test" : " tests");
  if (failed_ > 0) absl::StrAppend(&text, ", ", failed_, " failed");
  const auto longest = std::min_element(running_.begin(), running_.end(),
                                        [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
  if (longest == running_.end()) return reported_ == 0 ? text + "  collecting ..." : text;
  const int64_t seconds = std::max<int64_t>(0, static_cast<int64_t>(now - longest->second.since));
  // The seconds come first: a long id is cut at the edge.
  absl::StrAppend(&text, "  ", seconds, "s in ", longest->second.node_id);
  return text;
}

bool LiveLine::Due(double now) {
  constexpr double kInterval = 0.1;
  // A clock that was set back must not freeze the line.
  if (now >= drawn_at_ && now - drawn_at_ < kInterval) return false;
  drawn_at_ = now;
  return true;
}

}  // namespace fastest::report
