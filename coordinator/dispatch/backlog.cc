#include "coordinator/dispatch/backlog.h"

#include <algorithm>
#include <iterator>

namespace fastest::dispatch {
namespace {

// A warm batch goes before a longer one if it is among the next few and not much shorter. That the longest come first
// matters more.
constexpr std::ptrdiff_t kWarmReach = 16;
constexpr double kAsLong = 0.8;

}  // namespace

void Backlog::PutFirst(std::vector<Work> works) {
  queue_.insert(queue_.begin(), std::make_move_iterator(works.begin()), std::make_move_iterator(works.end()));
}

void Backlog::PutElsewhere(Worker from, Work work) {
  elsewhere_[from].push_back(std::move(work));
  ++elsewhere_size_;
}

std::optional<Work> Backlog::Take(const Taker& taker) {
  auto from = elsewhere_.begin();
  if (from != elsewhere_.end() && from->first == taker.worker && !taker.is_last_resort) ++from;
  if (from != elsewhere_.end()) {
    Work work = std::move(from->second.front());
    from->second.pop_front();
    if (from->second.empty()) elsewhere_.erase(from);
    --elsewhere_size_;
    return work;
  }
  if (queue_.empty()) return std::nullopt;
  if (taker.is_held_up && !taker.is_single_slot) {
    Work work = std::move(queue_.back());
    queue_.pop_back();
    return work;
  }
  const auto warmest = WarmestFor(taker);
  Work work = std::move(*warmest);
  queue_.erase(warmest);
  return work;
}

std::deque<Work>::iterator Backlog::WarmestFor(const Taker& taker) {
  const auto first = queue_.begin();
  if (!taker.module.has_value() || taker.is_single_slot) return first;
  auto warmest = first;
  const auto end = first + std::min<std::ptrdiff_t>(kWarmReach, static_cast<std::ptrdiff_t>(queue_.size()));
  for (auto it = first; it != end && it->cost.predicted_s >= kAsLong * first->cost.predicted_s; ++it) {
    // A unit is taken from its beginning.
    if (it != first && it->cost.unit != 0 && std::prev(it)->cost.unit == it->cost.unit) continue;
    const auto next = std::next(it);
    if (it != first && it->cost.unit != 0 && next != queue_.end() && next->cost.unit == it->cost.unit) continue;
    if (it->module == *taker.module) return it;
    if (it->package == taker.package && warmest->package != taker.package) warmest = it;
  }
  return warmest;
}

std::optional<Work> Backlog::TakeNeighbour(uint32_t unit) {
  if (unit == 0 || queue_.empty() || queue_.front().cost.unit != unit) return std::nullopt;
  Work work = std::move(queue_.front());
  queue_.pop_front();
  return work;
}

std::vector<Work> Backlog::TakeAll() {
  std::vector<Work> all(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
  for (auto& [worker, works] : elsewhere_) {
    all.insert(all.end(), std::make_move_iterator(works.begin()), std::make_move_iterator(works.end()));
  }
  *this = Backlog();
  return all;
}

std::vector<const Work*> Backlog::All() const {
  std::vector<const Work*> all;
  for (const Work& work : queue_) all.push_back(&work);
  for (const auto& [worker, works] : elsewhere_) {
    for (const Work& work : works) all.push_back(&work);
  }
  return all;
}

void Backlog::RemoveDone(const std::function<bool(TestKey)>& is_done) {
  const auto prune = [&](std::deque<Work>* works) {
    std::deque<Work> kept;
    for (Work& work : *works) {
      // A batch that names no tests is yet to be collected.
      const bool names_tests = !work.tests.empty();
      work.tests.erase(std::remove_if(work.tests.begin(), work.tests.end(), is_done), work.tests.end());
      if (!names_tests || !work.tests.empty()) kept.push_back(std::move(work));
    }
    *works = std::move(kept);
  };
  prune(&queue_);
  elsewhere_size_ = 0;
  for (auto it = elsewhere_.begin(); it != elsewhere_.end();) {
    prune(&it->second);
    elsewhere_size_ += it->second.size();
    it = it->second.empty() ? elsewhere_.erase(it) : std::next(it);
  }
}

}  // namespace fastest::dispatch
