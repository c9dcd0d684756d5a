// Which tests a run has and which of them each lease holds, as far as that is known. A run by module learns its tests
// lease by lease. A run with a whole collection or a sequence knows them before its first lease.
// Pure; not thread-safe. (Who holds a lease, and what is left of it, the dispatch queue knows.)
#ifndef FASTEST_COORDINATOR_RESULTS_INVENTORY_H_
#define FASTEST_COORDINATOR_RESULTS_INVENTORY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/string_table.h"
#include "proto/run.pb.h"

namespace fastest::results {

struct Lease {
  // Empty if the collection is whole and the batch holds several modules.
  std::string module;
  uint32_t part = 0;
  // A part of a split module.
  bool split = false;
  // It names its tests, which another lease has named before.
  bool rest = false;
  bool collected = false;
  // In the worker's order, since workers name tests by position. Empty before `collected`, and when the lease is done.
  std::vector<v1::TestRef> tests;
};

class Inventory {
 public:
  // `names`: the run's table of node ids, which must outlive this. `is_part`: the run is a part of another, so a module
  // may hold tests that are not this run's.
  Inventory(StringTable& names, bool is_part) : names_(names), is_part_(is_part) {}

  // Leases.
  void Grant(const v1::Lease& lease);
  // The lease's tests are known. Null if no such lease was granted, or its tests were known already.
  const Lease* Open(const v1::WorkerMessage::Collected& collected);
  // Null if no such lease was granted.
  const Lease* Find(uint64_t id) const;
  // The lease's worker will say nothing more about its tests.
  void Finish(uint64_t id);
  bool any_granted() const { return !leases_.empty(); }

  // Tests. The next one of a run that knows its tests beforehand.
  void List(const v1::TestRef& test);
  // The tests of an open lease that is no rest; the module's deselected tests, if they are counted here. Gives how many
  // tests the module is expected to have by now.
  int Add(const Lease& lease, const v1::WorkerMessage::Collected& collected, bool counts_deselected);
  // How many batches are yet to be added.
  void Await(size_t batches) { awaited_ = batches; }
  bool all_added() const { return awaited_ == 0; }
  // Tests that are known one by one.
  int known() const { return static_cast<int>(positions_.size()); }
  // How many tests the run is expected to have: a guess until all are known.
  void Expect(int tests) { expected_ = tests; }
  int expected() const { return expected_; }
  // `tests`: not negative. Workers may say any number, again and again.
  void Deselect(int tests) { deselected_ += std::min(tests, std::numeric_limits<int>::max() - deselected_); }
  int deselected() const { return deselected_; }
  // The test's place in its module or in the whole collection. 0 for a test that nobody has collected.
  int PositionOf(const v1::TestRef& test) const;

  // Whether the warnings count that `worker` gave while it made the tests of `module`. All workers that make tests of a
  // divided module give the same, so those of the first one count.
  bool IsWarner(const std::string& module, const std::string& worker);

 private:
  using Key = std::pair<uint32_t, uint32_t>;
  Key KeyOf(const v1::TestRef& test) const { return {names_.Intern(test.node_id()), test.index()}; }

  StringTable& names_;
  const bool is_part_;
  std::unordered_map<uint64_t, Lease> leases_;
  // By node (its number in the table of names) and index, as in the ledger: there are as many of these as tests, and
  // one is looked up with each result.
  absl::flat_hash_map<Key, int> positions_;
  size_t awaited_ = 0;
  int expected_ = 0;
  int deselected_ = 0;
  // If the run is a part of another: the tests that leases of a module have named so far.
  std::unordered_map<std::string, int> named_of_module_;
  std::unordered_map<std::string, std::string> warner_of_module_;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_INVENTORY_H_
