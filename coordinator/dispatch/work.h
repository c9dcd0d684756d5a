// A batch as the queue keeps it. Tests are numbers, and texts stand once in the run's table: a large run has a million
// of them. Plain values.
#ifndef FASTEST_COORDINATOR_DISPATCH_WORK_H_
#define FASTEST_COORDINATOR_DISPATCH_WORK_H_

#include <cstdint>
#include <vector>

#include "base/string_table.h"
#include "proto/test.pb.h"

namespace fastest::dispatch {

// A TestId with its node id as a number, for memory and speed: eight bytes, which every event of a test looks up.
struct TestKey {
  // The node id's number in the run's table.
  uint32_t node = 0;
  uint32_t index = 0;
  bool operator==(const TestKey& o) const { return node == o.node && index == o.index; }
  template <typename H>
  friend H AbslHashValue(H h, const TestKey& key) {
    return H::combine(std::move(h), key.node, key.index);
  }
};

TestKey KeyOf(const v1::TestRef& ref, StringTable* names);
v1::TestRef RefOf(TestKey key, const StringTable& names);

// What a batch is predicted to cost, and what may be done with it.
struct Cost {
  // Of the whole batch; and of that, what a worker that gets a part of it has to pay again (the module's collection and
  // fixtures).
  double predicted_s = 0;
  double setup_s = 0;
  // The tests stay with one worker: no part is stolen.
  bool indivisible = false;
  // Neighbours in the queue with the same number other than 0 are short, and are granted to one slot together, without
  // a round trip for each.
  uint32_t unit = 0;
};

struct Work {
  uint32_t module = 0;
  // The module's folder.
  uint32_t package = 0;
  // By number, as v1::Batch has them.
  std::vector<uint32_t> boundaries;
  uint32_t part = 0;
  std::vector<TestKey> tests;
  std::vector<TestKey> except;
  Cost cost;
  // How many workers died over it without a result; how many agents were lost while it was collected.
  int deaths = 0;
  int losses = 0;
  // It failed elsewhere, or was given back. It is not taken away unopened: slots that hold a test back would pass it to
  // and fro.
  bool moved = false;
};

Work WorkOf(const v1::Batch& batch, const Cost& cost, StringTable* names);
v1::Batch BatchOf(const Work& work, const StringTable& names);

}  // namespace fastest::dispatch

#endif  // FASTEST_COORDINATOR_DISPATCH_WORK_H_
