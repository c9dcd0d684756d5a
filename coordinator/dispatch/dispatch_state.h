// What the dispatch queue knows of each test, lease, slot and agent, and of steals. For the queue and its parts alone.
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
  // The open lease that is to report the test. 0: none.
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
  // The worker was asked for something back and had nothing to give.
  bool exhausted = false;
};
enum class Phase { kStarting, kReady, kFinishing, kEnded, kSetAside, kLost };
constexpr size_t kPhases = 6;
struct SlotState {
  Phase phase = Phase::kStarting;
  // Open leases in the order in which they were granted.
  std::vector<uint64_t> leases;
  bool waits = false;
  bool finished_a_test = false;
  int barren_workers = 0;
  // How many workers the slot has had. A retry goes to another one.
  uint32_t workers = 1;
  bool revoke_pending = false;
  // What the slot was granted last: its worker has this module's items, and the fixtures of its folder.
  std::optional<uint32_t> module;
  uint32_t package = 0;
  // Its place in SlotTable::wanting().
  std::optional<double> wants_in;
};
struct AgentState {
  std::string name;
  std::set<uint32_t> slots;
  double round_trip_s = 0;
  bool broken = false;
  bool draining = false;
  bool lost = false;
  bool set_aside = false;
  // Worker deaths since the last test that came to its end.
  int deaths_in_a_row = 0;
  bool finished_a_test = false;
};
struct Steals {
  // Leases, or parts of them, that were moved from busy slots to idle ones.
  int done = 0;
  // Revokes that were not answered yet.
  size_t pending = 0;
  // What the last search found.
  bool worthwhile = false;
  // It found nothing, and nothing has happened since that could change that.
  bool in_vain = false;
};

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_DISPATCH_STATE_H_
