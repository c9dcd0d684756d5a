// Work that waits for a worker. Most of it stands in one queue, longest first as planned, and what is handed back goes
// first. Tests that failed and work that was given back wait apart: the worker that had them is the last that gets them
// again. Part of the dispatch queue; pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_DISPATCH_BACKLOG_H_
#define FASTEST_COORDINATOR_DISPATCH_BACKLOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatch_action.h"
#include "coordinator/dispatch/work.h"

namespace fastest::dispatch {

class Backlog {
 public:
  // A slot, and which of its workers, counted from 1.
  using Worker = std::pair<SlotKey, uint32_t>;
  struct Taker {
    Worker worker;
    // No other slot is there to take what this worker has had.
    bool is_last_resort = false;
    // The run has a single slot, which runs all of it in order: the longest wait changes nothing there.
    bool is_single_slot = false;
    // What the worker takes waits until a long test has run, so it gets the last (shortest) of the queue.
    bool is_held_up = false;
    // What the worker is warm for: the module of which it has the items, and the folder whose fixtures it has.
    std::optional<uint32_t> module;
    uint32_t package = 0;
  };

  void Add(Work work) { queue_.push_back(std::move(work)); }
  void PutFirst(std::vector<Work> works);
  void PutElsewhere(Worker from, Work work);

  size_t size() const { return queue_.size() + elsewhere_size_; }
  // What the worker should have next: what was given back elsewhere, else the warmest of the queue. Unset: nothing is
  // there for it.
  std::optional<Work> Take(const Taker& taker);
  // The first of the queue if it belongs to the same unit (Cost.unit), which is granted together.
  std::optional<Work> TakeNeighbour(uint32_t unit);
  // All work, in the order in which it stands; nothing is left.
  std::vector<Work> TakeAll();
  std::vector<const Work*> All() const;
  // Takes out the tests that are done, and work that has no others.
  void RemoveDone(const std::function<bool(TestKey)>& is_done);

 private:
  // Where in the queue (not empty) the warmest work stands that is about as long as the first.
  std::deque<Work>::iterator WarmestFor(const Taker& taker);

  std::deque<Work> queue_;
  std::map<Worker, std::deque<Work>> elsewhere_;
  size_t elsewhere_size_ = 0;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_BACKLOG_H_
