// Which agents were not heard of for too long. Part of the dispatch queue; pure: time is an argument (seconds since the
// epoch); not thread-safe.
#ifndef FASTEST_COORDINATOR_DISPATCH_HEARTBEATS_H_
#define FASTEST_COORDINATOR_DISPATCH_HEARTBEATS_H_

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace fastest::dispatch {

class Heartbeats {
 public:
  // An agent that was not heard of for `lease_s` is silent. 0: none ever is.
  explicit Heartbeats(double lease_s) : lease_s_(lease_s) {}

  // Only agents that are watched can be silent.
  void Watch(int agent, double now) { SetHeard(agent, &agents_[agent], now); }
  void Forget(int agent);
  // Any sign of life. Ignored if the agent is not watched.
  void Heard(int agent, double now);

  // To be called often, and before TakeSilent(). After a long pause, everybody counts as heard: it was this process
  // that slept, and what agents said meanwhile has not been read.
  void Tick(double now);
  // An agent that is silent, and is no more watched. Unset: there is none.
  std::optional<int> TakeSilent(double now);
  // When the next agent will be silent. Unset: none is watched.
  std::optional<double> NextDeadline();

 private:
  struct Agent {
    double heard_at = 0;
    // Its place in listed_.
    std::optional<double> listed_at;
  };
  void SetHeard(int agent, Agent* state, double now);
  // The agent that was heard of the longest ago.
  std::map<int, Agent>::iterator LongestSilent();

  const double lease_s_;
  std::map<int, Agent> agents_;
  // Agents by when they were heard of, or earlier: they are heard of far more often than anybody asks.
  std::set<std::pair<double, int>> listed_;
  double last_tick_ = 0;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_HEARTBEATS_H_
