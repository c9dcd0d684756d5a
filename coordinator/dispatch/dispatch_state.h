// What the dispatch queue knows of each test, lease, slot and agent. For the queue alone.
#ifndef FASTEST_COORDINATOR_DISPATCH_DISPATCH_STATE_H_
#define FASTEST_COORDINATOR_DISPATCH_DISPATCH_STATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/dispatch/dispatch_action.h"
#include "coordinator/dispatch/work.h"

namespace fastest::dispatch {

struct TestState {
  // The open lease that is to report it; 0: none.
  uint64_t lease = 0;
  uint8_t failures = 0;
  uint8_t losses = 0;
  bool done = false;
  bool no_retry = false;
};
struct LeaseState {
  SlotKey slot;
  Work work;
  bool collected = false;
  std::vector<TestKey> tests;
  size_t unreported = 0;
  size_t results = 0;
  std::optional<TestKey> running;
  bool revoked = false;
  // It was asked for something back and had nothing to give.
  bool exhausted = false;
};
enum class Phase { kStarting, kReady, kFinishing, kEnded, kSetAside, kLost };
struct SlotState {
  Phase phase = Phase::kStarting;
  // Open leases in the order in which they were granted.
  std::vector<uint64_t> leases;
  bool waits = false;
  bool finished_a_test = false;
  int barren_workers = 0;
  // Workers that it has had: a retry goes to another one.
  uint32_t workers = 1;
  bool revoke_pending = false;
  // What it was granted last: the worker has this module's items and the fixtures of its folder.
  std::optional<uint32_t> module;
  uint32_t package = 0;
  // Its place in wanting_.
  std::optional<double> wants_in;
};
struct AgentState {
  std::string name;
  std::set<uint32_t> slots;
  double heard_at = 0;
  // Its place in heard_.
  std::optional<double> listed_at;
  double round_trip_s = 0;
  bool timed = false;
  bool broken = false;
  bool draining = false;
  bool lost = false;
  bool set_aside = false;
  // Worker deaths since the last test that came to its end.
  int deaths_in_a_row = 0;
  bool finished_a_test = false;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_STATE_H_
