#include "coordinator/report/terminal/live_area.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/outcome_name.h"

namespace fastest::report {
namespace {

constexpr int kBarWidth = 20;

std::string Clock(double seconds) {
  const int64_t whole = std::max<int64_t>(0, static_cast<int64_t>(seconds));
  if (whole < 3600) return absl::StrFormat("%d:%02d", whole / 60, whole % 60);
  return absl::StrFormat("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
}

// Errors count as failures here: it matters that something is wrong, not in which phase.
std::string NameOf(const v1::TestResult& result) {
  if (!result.quarantined().empty()) return "quarantined";
  return OutcomeName(result.outcome() == v1::ERROR ? v1::FAILED : result.outcome());
}

int64_t Whole(double seconds) { return std::max<int64_t>(0, static_cast<int64_t>(seconds)); }

}  // namespace

void LiveArea::WorkerStarted(const results::Origin& origin) { workers_[{origin.agent, origin.worker}] = true; }

void LiveArea::TestStarted(const v1::TestRef& test, const results::Origin& origin, double at) {
  running_[{origin.agent, origin.worker}] = {test.node_id(), at};
}

void LiveArea::Ended(const v1::TestRef& test, const results::Origin& origin) {
  const auto running = running_.find({origin.agent, origin.worker});
  if (running != running_.end() && running->second.node_id == test.node_id()) running_.erase(running);
}

void LiveArea::Attempt(const v1::TestResult& result, const results::Origin& origin) { Ended(result.ref(), origin); }

void LiveArea::Result(const v1::TestResult& result, const results::Origin& origin) {
  ++reported_;
  ++by_outcome_[NameOf(result)];
  for (const v1::Phase& phase : result.phases()) done_s_ += phase.subtest().empty() ? phase.duration_s() : 0;
  Ended(result.ref(), origin);
}

void LiveArea::WorkerLost(const results::Origin& origin) {
  running_.erase({origin.agent, origin.worker});
  workers_.erase({origin.agent, origin.worker});
}

double LiveArea::LeftSeconds() const {
  if (!plan_.measured || plan_.work_s <= 0 || reported_ == 0 || reported_ >= expected_) return -1;
  // Tests that are done took what they took. The rest is the plan's prediction, shared by the workers at work.
  return std::max(0.0, plan_.work_s - done_s_) / static_cast<double>(std::max<size_t>(1, workers_.size()));
}

std::string LiveArea::Summary(double started_at, double now) const {
  std::string text = absl::StrCat(Clock(now - started_at), "  ", reported_);
  if (expected_ > 0) absl::StrAppend(&text, "/", std::max(expected_, reported_));
  absl::StrAppend(&text, reported_ == 1 && expected_ == 0 ? " test" : " tests");
  for (const char* outcome : {"failed", "passed", "skipped", "xfailed", "xpassed", "quarantined"}) {
    const auto count = by_outcome_.find(outcome);
    if (count != by_outcome_.end()) absl::StrAppend(&text, ", ", count->second, " ", outcome);
  }
  if (const double left = LeftSeconds(); left >= 0) absl::StrAppend(&text, ", about ", Clock(left + 0.5), " left");
  return text;
}

std::vector<LiveRow> LiveArea::Rows(double started_at, double now, size_t most) const {
  std::vector<LiveRow> rows(1);
  if (expected_ > 0) {
    const int filled = std::min(kBarWidth, kBarWidth * reported_ / std::max(1, expected_));
    rows[0].text = absl::StrCat("[", std::string(static_cast<size_t>(filled), '#'),
                                std::string(static_cast<size_t>(kBarWidth - filled), '.'), "] ");
  }
  rows[0].text += Summary(started_at, now);
  if (running_.empty() && reported_ == 0) rows[0].text += "  collecting ...";

  struct OfAgent {
    const std::string* agent;
    const Running* longest;
    int others;
  };
  std::vector<OfAgent> agents;
  for (const auto& [worker, running] : running_) {
    if (agents.empty() || *agents.back().agent != worker.first) {
      agents.push_back({&worker.first, &running, 0});
      continue;
    }
    ++agents.back().others;
    if (running.since < agents.back().longest->since) agents.back().longest = &running;
  }
  std::stable_sort(agents.begin(), agents.end(),
                   [](const OfAgent& a, const OfAgent& b) { return a.longest->since < b.longest->since; });
  for (size_t i = 0; i < agents.size() && rows.size() < most; ++i) {
    const double seconds = now - agents[i].longest->since;
    // The seconds come first, because a long id is cut at the edge.
    LiveRow& row = rows.emplace_back();
    row.text = absl::StrCat(*agents[i].agent, ": ", Whole(seconds), "s in ", agents[i].longest->node_id);
    if (agents[i].others > 0) absl::StrAppend(&row.text, " (+", agents[i].others, ")");
    row.warns = Warns(seconds);
    if (rows.size() == most && i + 1 < agents.size()) {
      row = {absl::StrCat("and ", agents.size() - i, " agents more"), false};
    }
  }
  return rows;
}

std::string LiveArea::Line(double started_at, double now) const {
  std::string text = Summary(started_at, now);
  const auto longest = std::min_element(running_.begin(), running_.end(),
                                        [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
  if (longest == running_.end()) return reported_ == 0 ? text + "; collecting" : text;
  return absl::StrCat(text, "; running longest: ", longest->second.node_id, " (", Whole(now - longest->second.since),
                      "s, ", longest->first.second, " on ", longest->first.first, ")");
}

bool LiveArea::Due(double now) {
  constexpr double kInterval = 0.1;
  // A clock that was set back must not freeze the area.
  if (now >= drawn_at_ && now - drawn_at_ < kInterval) return false;
  drawn_at_ = now;
  return true;
}

}  // namespace fastest::report
