// Which slot of which agent a worker sits on, as pictures of a run draw them.
#ifndef FASTEST_COORDINATOR_REPORT_SLOT_TRACKS_H_
#define FASTEST_COORDINATOR_REPORT_SLOT_TRACKS_H_

#include <map>
#include <string>
#include <utility>

#include "coordinator/report/reporter.h"

namespace fastest::report {

struct SlotTrack {
  // Both from 1, in the order in which they were first heard of; the slot within its agent.
  int agent = 0;
  int slot = 0;
  // It was made by this call.
  bool new_agent = false;
  bool new_slot = false;
};

// Not thread-safe.
class SlotTracks {
 public:
  // Of a worker that was told of with its slot when it started; of any other, a track of its own.
  SlotTrack Of(const results::Origin& origin) {
    // Results come many in a row from one worker.
    if (last_.agent > 0 && last_worker_ == origin.worker && last_agent_ == origin.agent) return last_;
    const auto known = tracks_.find({origin.agent, origin.worker});
    if (known != tracks_.end()) {
      last_agent_ = origin.agent;
      last_worker_ = origin.worker;
      return last_ = known->second;
    }
    const auto [agent, new_agent] = agents_.try_emplace(origin.agent);
    if (new_agent) agent->second.number = static_cast<int>(agents_.size());
    // Slots that nobody named come after those that may be named yet.
    const int name = origin.slot >= 0 ? origin.slot : kUnnamed + static_cast<int>(tracks_.size());
    const auto [slot, new_slot] =
        agent->second.slots.try_emplace(name, static_cast<int>(agent->second.slots.size()) + 1);
    SlotTrack track = {agent->second.number, slot->second, false, false};
    tracks_[{origin.agent, origin.worker}] = track;
    track.new_agent = new_agent;
    track.new_slot = new_slot;
    return track;
  }

 private:
  static constexpr int kUnnamed = 1 << 20;
  struct Agent {
    int number = 0;
    // By the agent's own number for the slot.
    std::map<int, int> slots;
  };
  std::map<std::string, Agent> agents_;
  // By agent and worker.
  std::map<std::pair<std::string, std::string>, SlotTrack> tracks_;
  // The one that was asked for last.
  std::string last_agent_;
  std::string last_worker_;
  SlotTrack last_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_SLOT_TRACKS_H_
